namespace Cenote.Tests.Connections;

/// <summary>Every thread of the thread pool is taken, and no new one may start, until it is disposed of.</summary>
[CollectionDefinition(nameof(BlockedThreadPool), DisableParallelization = true)]
public sealed class BlockedThreadPool : IDisposable
{
    private readonly ManualResetEventSlim _release = new();
    private readonly CountdownEvent _running = new(1);
    private readonly int _workers;
    private readonly int _ports;

    public BlockedThreadPool()
    {
        ThreadPool.GetMaxThreads(out _workers, out _ports);
        ThreadPool.GetMinThreads(out var least, out _);
        var few = Math.Max(least, ThreadPool.ThreadCount);
        Assert.True(ThreadPool.SetMaxThreads(few, _ports));

        // Twice as many blockers as there can be threads: whatever is queued from now on stands behind some that never
        // start.
        for (var i = 0; i < 2 * few; i++)
        {
            _running.AddCount();
            ThreadPool.UnsafeQueueUserWorkItem(
                static self =>
                {
                    self._release.Wait();
                    self._running.Signal();
                },
                this,
                preferLocal: false);
        }
    }

    public void Dispose()
    {
        _release.Set();
        ThreadPool.SetMaxThreads(_workers, _ports);
        _running.Signal();
        _running.Wait();
        _running.Dispose();
        _release.Dispose();
    }
}
