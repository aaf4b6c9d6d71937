namespace Cenote.QueryBench;

/// <summary>The parts of the benchmark, in their order.</summary>
internal static class Parts
{
    private const string PostgreSql = "CENOTE_TEST_POSTGRESQL";

    // A superuser may set a replication origin, which Npgsql's reset leaves and ours does not.
    private const string PostgreSqlOrdinary = "CENOTE_TEST_POSTGRESQL_ORDINARY";

    /// <summary>The variable for MariaDB.</summary>
    internal const string MariaDb = "CENOTE_TEST_MYSQL";

    internal static IReadOnlyList<Part> All { get; } =
    [
        new("postgresql-awaited", PostgreSql, IsBlocking: false, [1, 8, 32, 64], static server => Pools.PostgreSqlAsync(server, isBlocking: false),
            new Goal(Quantity.Throughput, 1, 1, 8, 32, 64),
            new Goal(Quantity.ProcessorTime, 1.03, 1) { Side = "connection" },
            new Goal(Quantity.Bytes, 250, 1) { Side = "connection" }),
        new("postgresql-blocking", PostgreSql, IsBlocking: true, [2, 8, 32], static server => Pools.PostgreSqlAsync(server, isBlocking: true)),
        new("postgresql-reset", PostgreSqlOrdinary, IsBlocking: false, [1, 8, 32], Pools.PostgreSqlResetsAsync,
            new Goal(Quantity.Throughput, 0.9, 1, 8, 32) { Side = "by pool" },
            new Goal(Quantity.Throughput, 0.9, 1, 8, 32) { Side = "several hosts" }),
        new("postgresql-reset-bare", PostgreSqlOrdinary, IsBlocking: false, [1, 8], BareSide.BothAsync),
        new("postgresql-context", PostgreSqlOrdinary, IsBlocking: false, [1, 8, 32], Pools.PostgreSqlContextsAsync,
            new Goal(Quantity.Throughput, 0.95, 1, 8, 32) { Side = "context" }),
        new("postgresql-context-kept", PostgreSqlOrdinary, IsBlocking: false, [1, 4], Pools.PostgreSqlKeptContextsAsync,
            new Goal(Quantity.Throughput, 1.3, 1, 4) { Side = "kept, 4 tenants" },
            new Goal(Quantity.Throughput, 0.95, 1, 4) { Side = "kept, 1,000 tenants" }),
        new("mariadb-awaited", MariaDb, IsBlocking: false, [1, 8, 32, 64], static server => Pools.MariaDbAsync(server, isBlocking: false),
            new Goal(Quantity.Throughput, 1.7, 1, 8, 32, 64)),
        new("mariadb-blocking", MariaDb, IsBlocking: true, [2, 8, 32], static server => Pools.MariaDbAsync(server, isBlocking: true),
            new Goal(Quantity.Throughput, 1.2, 2, 8),
            new Goal(Quantity.Throughput, 0.9, 32),
            new Goal(Quantity.P99, 0.1, 32),
            new Goal(Quantity.ProcessorTime, 1, 2, 8, 32)),
        new("mariadb-modes", MariaDb, IsBlocking: false, [8, 32], Pools.MariaDbModesAsync,
            new Goal(Quantity.Throughput, 0.95, 8, 32) { Side = "Rollback" }),
        new("postgresql-dirty", PostgreSql, IsBlocking: false, [8, 64], Pools.PostgreSqlDirtyAsync,
            new Goal(Quantity.Throughput, 1.4, 8, 64) { Side = "WhenDirty" }),
        new("mariadb-dirty", MariaDb, IsBlocking: false, [8, 64], Pools.MariaDbDirtyAsync,
            new Goal(Quantity.Throughput, 1.8, 8, 64) { Side = "WhenDirty" }),
    ];
}
