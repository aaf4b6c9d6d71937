using BenchmarkDotNet.Attributes;
using Cenote.Benchmarks.Cycles;

namespace Cenote.Benchmarks.Suites;

/// <summary>Microsoft.Data.Sqlite's own pool, which only rolls back, and ours in all three modes.</summary>
public class Sqlite : CycleSuite
{
    /// <summary>Microsoft.Data.Sqlite's pool.</summary>
    [Benchmark(OperationsPerInvoke = HundredsOfNanoseconds)]
    public void Own() => Run(HundredsOfNanoseconds, static () => new SqliteDriverCycle(Databases.Sqlite));

    /// <summary>A lease, rolled back.</summary>
    [Benchmark(OperationsPerInvoke = HundredsOfNanoseconds)]
    public void LeaseRollback() => Run(HundredsOfNanoseconds, Pool(ResetMode.Rollback), static pool => new LeaseCycle(pool));

    /// <summary>A pooled connection, rolled back.</summary>
    [Benchmark(OperationsPerInvoke = HundredsOfNanoseconds)]
    public void ConnectionRollback() => Run(HundredsOfNanoseconds, Pool(ResetMode.Rollback), static pool => new PooledConnectionCycle(pool));

    /// <summary>A lease with a full reset.</summary>
    [Benchmark(OperationsPerInvoke = HundredsOfNanoseconds)]
    public void LeaseFull() => Run(HundredsOfNanoseconds, Pool(ResetMode.Full), static pool => new LeaseCycle(pool));

    /// <summary>A lease without reset.</summary>
    [Benchmark(OperationsPerInvoke = HundredsOfNanoseconds)]
    public void LeaseNone() => Run(HundredsOfNanoseconds, Pool(ResetMode.None), static pool => new LeaseCycle(pool));

    private static SettledPool Pool(ResetMode resetMode) =>
        Pools.Take($"sqlite {resetMode}", static builder => builder.UseSqlite(Databases.Sqlite), resetMode);
}
