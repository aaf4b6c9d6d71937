namespace Cenote.Shop.Database;

/// <summary>The few words in which the databases' SQL differs.</summary>
internal sealed record ShopDialect
{
    public required string WholeType { get; init; }

    public required string TextType { get; init; }

    /// <summary>Follows the closing parenthesis of a table with a composite key.</summary>
    public string CompositeKeySuffix { get; init; } = "";

    /// <summary>Follows the closing parenthesis of every table.</summary>
    public string TableSuffix { get; init; } = "";

    /// <summary>
    /// Makes a SELECT lock the rows it reads; empty where the transaction itself holds the write lock from its start.
    /// </summary>
    public required string RowLock { get; init; }

    /// <summary>Lists the names of the tables that stand where the shop would.</summary>
    public required string ListTables { get; init; }

    /// <summary>Whether CREATE and DROP TABLE are part of a transaction.</summary>
    public required bool TransactionalTables { get; init; }

    /// <summary>
    /// Brings the planner's statistics up to date after loading; <see langword="null"/> where that is not worth it.
    /// </summary>
    public string? Analyze { get; init; }

    public string CreateTable(ShopTable table)
    {
        var columns = table.Columns.Select(column => $"{column.Name} {(column.Kind == ColumnKind.Whole ? WholeType : TextType)} NOT NULL");
        var suffix = table.PrimaryKey.Count > 1 ? CompositeKeySuffix + TableSuffix : TableSuffix;
        return $"CREATE TABLE {table.Name} ({string.Join(", ", columns)}, PRIMARY KEY ({string.Join(", ", table.PrimaryKey)})){suffix}";
    }
}
