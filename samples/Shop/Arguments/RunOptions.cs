using Cenote.Shop.Pools;
using Cenote.Shop.Reporting;
using Cenote.Shop.Database;

namespace Cenote.Shop.Arguments;

/// <summary>What a run is told, checked.</summary>
internal sealed record RunOptions
{
    public required TimeSpan Duration { get; init; }

    public required int Clients { get; init; }

    public required PoolSizes Pools { get; init; }

    public required ShopProvider Provider { get; init; }

    /// <summary>The connection string of a server; <see langword="null"/> for SQLite.</summary>
    public string? Connection { get; init; }

    /// <summary>The SQLite file; <see langword="null"/> for a temporary one.</summary>
    public string? DatabaseFile { get; init; }

    /// <summary>Where the report for machines goes; <see langword="null"/> for nowhere.</summary>
    public ReportTarget? Json { get; init; }

    public DashboardChoice Dashboard { get; init; } = DashboardChoice.AtTerminal;

    /// <summary>The dashboard's port; 0 for any that is free.</summary>
    public int DashboardPort { get; init; }

    /// <summary>The number of processes that share a budget; <see langword="null"/> for a shop.</summary>
    public int? Instances { get; init; }

    /// <summary>The connections of all instances together; <see langword="null"/> for 6 for each.</summary>
    public int? Budget { get; init; }

    /// <summary>The address of Redis; <see langword="null"/> for the database itself.</summary>
    public string? Redis { get; init; }

    public required int Seed { get; init; }

    public required ShopSize Size { get; init; }

    public ShopDatabase CreateDatabase() => Provider switch
    {
        ShopProvider.PostgreSql => new PostgreSqlShopDatabase(Connection!),
        ShopProvider.MySql => new MySqlShopDatabase(Connection!),
        _ => SqliteShopDatabase.At(DatabaseFile),
    };
}
