namespace Cenote.Shop.Database;

/// <summary>The databases that a shop can stand on.</summary>
internal enum ShopProvider
{
    Sqlite,
    PostgreSql,
    MySql,
}
