using BenchmarkDotNet.Attributes;
using Cenote.Benchmarks.Cycles;
using MySqlConnector;

namespace Cenote.Benchmarks.Suites;

/// <summary>
/// MySqlConnector's own pool, and ours over MySqlConnector, with the full reset (a round trip) and with none.
/// </summary>
public class MySql : CycleSuite
{
    /// <summary>MySqlConnector's pool with its reset.</summary>
    [Benchmark(OperationsPerInvoke = Microseconds)]
    public void OwnFull() => Run(Microseconds, static () => new DriverCycle(OwnPool(reset: true)));

    /// <summary>MySqlConnector's pool with its reset, awaited.</summary>
    [Benchmark(OperationsPerInvoke = Microseconds)]
    public void OwnFullAsync() => Run(Microseconds, static () => new AsyncDriverCycle(OwnPool(reset: true)));

    /// <summary>A lease with a full reset, awaited.</summary>
    [Benchmark(OperationsPerInvoke = Microseconds)]
    public void LeaseFullAsync() => Run(Microseconds, Pool(ResetMode.Full), static pool => new AsyncLeaseCycle(pool));

    /// <summary>A lease with a full reset.</summary>
    [Benchmark(OperationsPerInvoke = Microseconds)]
    public void LeaseFull() => Run(Microseconds, Pool(ResetMode.Full), static pool => new LeaseCycle(pool));

    /// <summary>A pooled connection with a full reset.</summary>
    [Benchmark(OperationsPerInvoke = Microseconds)]
    public void ConnectionFull() => Run(Microseconds, Pool(ResetMode.Full), static pool => new PooledConnectionCycle(pool));

    /// <summary>MySqlConnector's pool without reset.</summary>
    [Benchmark(OperationsPerInvoke = HundredsOfNanoseconds)]
    public void OwnNone() => Run(HundredsOfNanoseconds, static () => new DriverCycle(OwnPool(reset: false)));

    /// <summary>A lease without reset.</summary>
    [Benchmark(OperationsPerInvoke = HundredsOfNanoseconds)]
    public void LeaseNone() => Run(HundredsOfNanoseconds, Pool(ResetMode.None), static pool => new LeaseCycle(pool));

    /// <summary>A pooled connection without reset.</summary>
    [Benchmark(OperationsPerInvoke = HundredsOfNanoseconds)]
    public void ConnectionNone() => Run(HundredsOfNanoseconds, Pool(ResetMode.None), static pool => new PooledConnectionCycle(pool));

    private static SettledPool Pool(ResetMode resetMode) =>
        Pools.Take($"mysql {resetMode}", static builder => builder.UseMySql(Databases.MySql!), resetMode);

    private static MySqlDataSource OwnPool(bool reset) => new(
        new MySqlConnectionStringBuilder(Databases.MySql!) { MinimumPoolSize = Pools.Size, MaximumPoolSize = Pools.Size, ConnectionReset = reset }.ConnectionString);
}
