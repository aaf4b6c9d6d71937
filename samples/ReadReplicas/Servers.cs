using Cenote;

namespace ReadReplicas;

/// <summary>
/// Which servers there are: PostgreSQL ones from the environment, or SQLite's writer and readers, with nothing to
/// install.
/// </summary>
internal static class Servers
{
    internal static ReplicaSet Build()
    {
        var builder = Environment.GetEnvironmentVariable("CENOTE_PRIMARY") is { Length: > 0 } primary ? PostgreSql(primary) : Sqlite("orders.db");

        // By turns, so that the counts below are easy to understand. The default, the power of two choices, prefers
        // the server that answers fastest.
        return builder.UseStrategy(ReplicaStrategy.RoundRobin()).Build();
    }

    private static ReplicaSetBuilder PostgreSql(string primary)
    {
        var builder = new ReplicaSetBuilder("orders").AddPrimary("primary", pool => pool.UsePostgreSql(primary));
        for (var number = 1; Environment.GetEnvironmentVariable($"CENOTE_REPLICA_{number}") is { Length: > 0 } replica; number++)
        {
            builder.AddReplica($"replica {number}", pool => pool.UsePostgreSql(replica));
        }

        return builder;
    }

    // SQLite has one writer at a time. It comes first, and makes the file, which readers cannot. Two pools of readers,
    // so that there is something to choose from; one would do.
    private static ReplicaSetBuilder Sqlite(string file)
    {
        var readOnly = new SqliteProviderOptions { IsReadOnly = true };
        return new ReplicaSetBuilder("orders")
            .AddPrimary("writer", pool => pool.UseSqlite($"Data Source={file}").WithSize(1, 1).Configure(options => options.StartupMode = StartupMode.FailFast))
            .AddReplica("readers 1", pool => pool.UseSqlite($"Data Source={file}", readOnly).WithSize(1, 4))
            .AddReplica("readers 2", pool => pool.UseSqlite($"Data Source={file}", readOnly).WithSize(1, 4));
    }
}
