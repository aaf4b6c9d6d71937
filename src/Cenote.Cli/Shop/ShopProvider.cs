namespace Cenote.Cli.Shop;

/// <summary>The databases that a shop can stand on.</summary>
internal enum ShopProvider
{
    Sqlite,
    PostgreSql,
    MySql,
}
