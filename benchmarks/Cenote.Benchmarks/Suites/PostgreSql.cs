using BenchmarkDotNet.Attributes;
using Cenote.Benchmarks.Cycles;
using Npgsql;

namespace Cenote.Benchmarks.Suites;

/// <summary>
/// Npgsql's own pool, and ours over Npgsql. On both sides Npgsql sends the full reset with the next command.
/// </summary>
public class PostgreSql : CycleSuite
{
    /// <summary>Npgsql's pool.</summary>
    [Benchmark(OperationsPerInvoke = HundredsOfNanoseconds)]
    public void Own() => Run(HundredsOfNanoseconds, static () => new DriverCycle(OwnPool()));

    /// <summary>Npgsql's pool, awaited.</summary>
    [Benchmark(OperationsPerInvoke = HundredsOfNanoseconds)]
    public void OwnAsync() => Run(HundredsOfNanoseconds, static () => new AsyncDriverCycle(OwnPool()));

    /// <summary>A lease.</summary>
    [Benchmark(OperationsPerInvoke = HundredsOfNanoseconds)]
    public void LeaseFull() => Run(HundredsOfNanoseconds, Pool(), static pool => new LeaseCycle(pool));

    /// <summary>A lease, awaited.</summary>
    [Benchmark(OperationsPerInvoke = HundredsOfNanoseconds)]
    public void LeaseFullAsync() => Run(HundredsOfNanoseconds, Pool(), static pool => new AsyncLeaseCycle(pool));

    /// <summary>A pooled connection.</summary>
    [Benchmark(OperationsPerInvoke = HundredsOfNanoseconds)]
    public void ConnectionFull() => Run(HundredsOfNanoseconds, Pool(), static pool => new PooledConnectionCycle(pool));

    /// <summary>One statement through Npgsql's pool.</summary>
    [Benchmark(OperationsPerInvoke = Microseconds)]
    public void OwnStatement() => Run(Microseconds, static () =>
    {
        var source = OwnPool();
        return new StatementCycle(source, source.Dispose);
    });

    /// <summary>One statement with a command that is kept, on a connection that stays open.</summary>
    [Benchmark(OperationsPerInvoke = Microseconds)]
    public void KeptStatement() => Run(Microseconds, static () => new KeptCommandCycle(OwnPool()));

    /// <summary>One statement through a pooled connection.</summary>
    [Benchmark(OperationsPerInvoke = Microseconds)]
    public void ConnectionStatement() => Run(Microseconds, Pool(), static pool => new StatementCycle(pool.Pool, pool.Rest));

    private static SettledPool Pool() =>
        Pools.Take("postgresql", static builder => builder.UsePostgreSql(Databases.PostgreSql!), ResetMode.Full);

    private static NpgsqlDataSource OwnPool() => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(Databases.PostgreSql) { MinPoolSize = Pools.Size, MaxPoolSize = Pools.Size });
}
