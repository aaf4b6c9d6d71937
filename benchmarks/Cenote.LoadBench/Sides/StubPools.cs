using Cenote.StubDriver;

namespace Cenote.LoadBench.Sides;

/// <summary>Pools over the stub driver, which does nothing: their own work alone is measured.</summary>
internal static class StubPools
{
    /// <summary>The same for every side that has timeouts. None of them passes.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Creates a pool of a fixed size whose connections are all open.</summary>
    internal static ConnectionPool Create(int size)
    {
        var pool = new ConnectionPoolBuilder()
            .UseProvider(new StubProvider(new StubDatabase()))
            .WithSize(size, size)
            .WithResetMode(ResetMode.None)
            .WithAcquireTimeout(Timeout)
            .Configure(static options => options.AmbientTransactionBehavior = AmbientTransactionBehavior.Ignore)
            .Build();
        pool.WaitUntilReadyAsync().Wait();
        return pool;
    }

    internal static ChannelPool<object> CreateChannel(int size) =>
        new(Enumerable.Range(0, size).Select(static _ => new object()), Timeout);
}
