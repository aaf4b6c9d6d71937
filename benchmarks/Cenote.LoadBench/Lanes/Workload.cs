using System.Globalization;
using Cenote.StubDriver;

namespace Cenote.LoadBench.Lanes;

/// <summary>Where pools with lanes are measured, and what a caller does with its connection.</summary>
/// <param name="build">Begins a pool.</param>
/// <param name="use">Uses a connection for a time that costs next to no processor time.</param>
internal sealed class Workload(Func<ConnectionPoolBuilder> build, Func<ConnectionLease, TimeSpan, Task> use)
{
    private const string Variable = "CENOTE_TEST_POSTGRESQL";

    internal static Workload OnStub() => new(
        static () => new ConnectionPoolBuilder().UseProvider(new StubProvider(new StubDatabase())),
        static (_, duration) => Task.Delay(duration, TimeProvider.System));

    /// <returns><see langword="null"/> without a server.</returns>
    internal static Workload? OnPostgreSql(Action<string> missing)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } connectionString)
        {
            missing($"Not measured: {Variable} names no server.");
            return null;
        }

        return new Workload(
            () => new ConnectionPoolBuilder().UsePostgreSql(connectionString),
            static async (lease, duration) =>
            {
                await using var command = lease.Connection.CreateCommand();
                command.CommandText = string.Create(CultureInfo.InvariantCulture, $"SELECT pg_sleep({duration.TotalSeconds})");
                await command.ExecuteNonQueryAsync();
            });
    }

    /// <summary>Creates a pool whose connections are all open.</summary>
    internal async Task<ConnectionPool> CreateAsync(int size, params LaneOptions[] lanes)
    {
        var pool = build()
            .WithSize(size, size)
            .WithAcquireTimeout(TimeSpan.FromSeconds(60))
            .Configure(options => options.Lanes = [.. lanes])
            .Build();
        await pool.WaitUntilReadyAsync();
        return pool;
    }

    internal Task UseAsync(ConnectionLease lease, TimeSpan duration) => use(lease, duration);
}
