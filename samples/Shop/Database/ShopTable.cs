namespace Cenote.Shop.Database;

/// <summary>A table of the shop, told once for every database.</summary>
/// <param name="Name">The table's name; unquoted, so lower case.</param>
/// <param name="Columns">The columns, in the order in which rows are loaded.</param>
/// <param name="PrimaryKey">The columns of the primary key.</param>
internal sealed record ShopTable(string Name, IReadOnlyList<ShopColumn> Columns, IReadOnlyList<string> PrimaryKey)
{
    public string ColumnNames => string.Join(", ", Columns.Select(column => column.Name));
}
