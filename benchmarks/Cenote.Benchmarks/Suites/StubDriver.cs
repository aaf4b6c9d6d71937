using BenchmarkDotNet.Attributes;
using Cenote.Benchmarks.Cycles;

namespace Cenote.Benchmarks.Suites;

/// <summary>The pool's own cost: a driver that does nothing, sessions that need no clearing.</summary>
public class StubDriver : CycleSuite
{
    /// <summary>The cost that no pool can avoid.</summary>
    [Benchmark(OperationsPerInvoke = Nanoseconds)]
    public void Bare() => Run(Nanoseconds, static () => new BareCycle());

    /// <summary>The pool of the .NET extensions.</summary>
    [Benchmark(OperationsPerInvoke = Nanoseconds)]
    public void ObjectPool() => Run(Nanoseconds, static () => new ObjectPoolCycle());

    /// <summary>A lease.</summary>
    [Benchmark(OperationsPerInvoke = Nanoseconds)]
    public void Lease() => Run(Nanoseconds, Pools.TakeStub(), static pool => new LeaseCycle(pool));

    /// <summary>A lease, awaited.</summary>
    [Benchmark(OperationsPerInvoke = Nanoseconds)]
    public void LeaseAsync() => Run(Nanoseconds, Pools.TakeStub(), static pool => new AsyncLeaseCycle(pool));

    /// <summary>
    /// A lease of a pool that looks for an ambient transaction, which is the default. The others of this suite ignore
    /// them.
    /// </summary>
    [Benchmark(OperationsPerInvoke = Nanoseconds)]
    public void LeaseLooking() => Run(Nanoseconds, Pools.TakeStub(AmbientTransactionBehavior.Throw), static pool => new LeaseCycle(pool));

    /// <summary>A lease, while metrics and traces are collected.</summary>
    [Benchmark(OperationsPerInvoke = Nanoseconds)]
    public void LeaseListened() => Run(Nanoseconds, Pools.TakeStub(), static pool => new ListenedCycle(new LeaseCycle(pool)));

    /// <summary>A lease, awaited, while metrics and traces are collected.</summary>
    [Benchmark(OperationsPerInvoke = Nanoseconds)]
    public void LeaseListenedAsync() => Run(Nanoseconds, Pools.TakeStub(), static pool => new ListenedCycle(new AsyncLeaseCycle(pool)));

    /// <summary>A rent that waits for a return.</summary>
    [Benchmark(OperationsPerInvoke = Microseconds)]
    public void HandOver() => Run(Microseconds, static () => new HandOverCycle());

    /// <summary>A rent that waits for a return, while metrics and traces are collected.</summary>
    [Benchmark(OperationsPerInvoke = Microseconds)]
    public void HandOverListened() => Run(Microseconds, static () => new ListenedCycle(new HandOverCycle()));

    /// <summary>A lease for writing, through a set of replicas.</summary>
    [Benchmark(OperationsPerInvoke = Nanoseconds)]
    public void RoutedWrite() => Run(Nanoseconds, Pools.TakeStub(), static pool => new RoutedCycle(pool, strategy: null));

    /// <summary>A lease for reading, by turns.</summary>
    [Benchmark(OperationsPerInvoke = Nanoseconds)]
    public void RoutedRoundRobin() => Run(Nanoseconds, Pools.TakeStub(), static pool => new RoutedCycle(pool, ReplicaStrategy.RoundRobin()));

    /// <summary>A lease for reading, on the better of two servers.</summary>
    [Benchmark(OperationsPerInvoke = HundredsOfNanoseconds)]
    public void RoutedTwoChoices() => Run(HundredsOfNanoseconds, Pools.TakeStub(), static pool => new RoutedCycle(pool, ReplicaStrategy.PowerOfTwoChoices()));

    /// <summary>A pooled connection.</summary>
    [Benchmark(OperationsPerInvoke = HundredsOfNanoseconds)]
    public void Connection() => Run(HundredsOfNanoseconds, Pools.TakeStub(), static pool => new PooledConnectionCycle(pool));

    /// <summary>A pooled connection, awaited.</summary>
    [Benchmark(OperationsPerInvoke = HundredsOfNanoseconds)]
    public void ConnectionAsync() => Run(HundredsOfNanoseconds, Pools.TakeStub(), static pool => new AsyncPooledConnectionCycle(pool));
}
