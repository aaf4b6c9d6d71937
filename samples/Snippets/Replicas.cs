using System.Data.Common;
using Cenote;

namespace Snippets;

internal static class Replicas
{
    internal static async Task UseAsync(string connection1, string connection2, string connection3, int customer)
    {
        #region usage
        await using var orders = new ReplicaSetBuilder("orders")
            .AddPrimary("db1", pool => pool.UsePostgreSql(connection1).WithSize(2, 20))
            .AddReplica("db2", pool => pool.UsePostgreSql(connection2).WithSize(2, 20), weight: 2)
            .AddReplica("db3", pool => pool.UsePostgreSql(connection3).WithSize(2, 20))
            .Configure(options => options.MaxLag = TimeSpan.FromSeconds(5))
            .Build();

        await using (var write = await orders.OpenWriteConnectionAsync())  // the primary
        {
            await PlaceOrderAsync(write, customer);
        }

        await using (var read = await orders.OpenReadConnectionAsync())    // a replica that is up and not too far behind
        {
            Console.WriteLine(await CountOrdersAsync(read, customer));
        }
        #endregion
    }

    internal static async Task ScopesAsync(ReplicaSet orders, int customer)
    {
        #region scopes
        using (orders.BeginReadScope())
        {
            await using var connection = await orders.OpenConnectionAsync();   // for reading, here and in all that is called from here
            await CountOrdersAsync(connection, customer);
        }

        await using (var connection = await orders.OpenConnectionAsync())      // no statement about the use: for writing
        {
            await PlaceOrderAsync(connection, customer);
        }

        DbDataSource reports = orders.ReadDataSource;                // for code that knows nothing of all this
        #endregion
        await using var report = await reports.OpenConnectionAsync();
    }

    internal static ReplicaSetBuilder Choose(ReplicaSetBuilder builder) => builder.UseStrategy(new SameZoneFirst("eu-1"));

    #region strategy
    /// <summary>
    /// Replicas of the own zone, as long as one of them serves; used as builder.UseStrategy(new SameZoneFirst("eu-1")).
    /// </summary>
    internal sealed class SameZoneFirst(string zone) : IReplicaStrategy
    {
        private readonly IReplicaStrategy _others = ReplicaStrategy.PowerOfTwoChoices();

        public int Choose(ReadOnlySpan<ReplicaSetServer> candidates)
        {
            for (var i = 0; i < candidates.Length; i++)
            {
                if (candidates[i].Name.StartsWith(zone, StringComparison.Ordinal))
                {
                    return i;
                }
            }

            return _others.Choose(candidates);
        }
    }
    #endregion

    internal static async Task ReadmeAsync(ReplicaSet orders, CancellationToken cancellationToken)
    {
        #region readme
        await using var write = await orders.OpenWriteConnectionAsync(cancellationToken);
        await PlaceOrderAsync(write, customer: 7);

        var token = await orders.GetTokenAsync(write, cancellationToken);
        await using var read = await orders.OpenReadConnectionAsync(token, cancellationToken);     // a replica that has the order
        #endregion
        await CountOrdersAsync(read, 7);
    }

    internal static ReplicaSet Embedded()
    {
        #region sqlite
        var orders = new ReplicaSetBuilder("orders")
            .AddPrimary("writer", pool => pool.UseSqlite("Data Source=orders.db").WithSize(1, 1).Configure(options => options.StartupMode = StartupMode.FailFast))
            .AddReplica("readers", pool => pool.UseSqlite("Data Source=orders.db", new SqliteProviderOptions { IsReadOnly = true }).WithSize(1, 8))
            .Build();
        #endregion
        return orders;
    }

    internal static void Look(ReplicaSet orders, Action<string> alert)
    {
        #region statistics
        foreach (var server in orders.GetStatistics().Servers)
        {
            Console.WriteLine($"{server.Name}: {server.Role}, {server.State} {server.Reason}, lag {server.Lag}, share {server.TrafficShare:P0}, {server.Pool.Counts}");
        }

        orders.TopologyChanged += (_, args) => alert($"{args.Change.Kind}: {args.Change.Server.Name}, {args.Change.Reason}");
        #endregion
    }

    private static async Task PlaceOrderAsync(DbConnection connection, int customer)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"INSERT INTO orders (customer) VALUES ({customer})";
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> CountOrdersAsync(DbConnection connection, int customer)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM orders WHERE customer = {customer}";
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
