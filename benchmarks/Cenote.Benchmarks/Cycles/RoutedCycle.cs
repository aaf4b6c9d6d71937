using Cenote.StubDriver;

namespace Cenote.Benchmarks.Cycles;

/// <summary>Rent and return of a lease through a set of a primary and two replicas.</summary>
internal sealed class RoutedCycle : ICycle
{
    private readonly SettledPool _settled;
    private readonly ConnectionPool[] _others = [NewPool(), NewPool()];
    private readonly ReplicaSet _set;
    private readonly RoutedDataSource _target;

    /// <param name="settled">The pool of the primary when writes are measured, else of one of the replicas.</param>
    /// <param name="strategy">How reads are spread; <see langword="null"/> to measure writes.</param>
    internal RoutedCycle(SettledPool settled, IReplicaStrategy? strategy)
    {
        _settled = settled;
        var (primary, replica) = strategy is null ? (settled.Pool, _others[0]) : (_others[0], settled.Pool);
        _set = new ReplicaSetBuilder("bench")
            .AddPrimary("one", primary)
            .AddReplica("two", replica)
            .AddReplica("three", _others[1])
            .UseStrategy(strategy ?? ReplicaStrategy.RoundRobin())
            .Build();
        _target = strategy is null ? _set.WriteDataSource : _set.ReadDataSource;
        _set.WaitUntilReadyAsync().Wait();
    }

    public void Run(int worker, int count)
    {
        var target = _target;
        for (var i = 0; i < count; i++)
        {
            target.Rent().Dispose();
        }
    }

    public void Dispose()
    {
        _set.Dispose();
        foreach (var pool in _others)
        {
            pool.Dispose();
        }

        _settled.Rest();
    }

    private static ConnectionPool NewPool()
    {
        var pool = new ConnectionPoolBuilder()
            .WithSize(Pools.Size, Pools.Size).WithResetMode(ResetMode.None).UseProvider(new StubProvider(new StubDatabase())).Build();
        pool.WaitUntilReadyAsync().Wait();
        return pool;
    }
}
