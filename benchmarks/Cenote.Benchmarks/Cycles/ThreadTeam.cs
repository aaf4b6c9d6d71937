namespace Cenote.Benchmarks.Cycles;

/// <summary>
/// Threads that live as long as a benchmark and start each invocation together: thread starts are never measured,
/// and the barriers' microseconds are spread over all operations of an invocation.
/// </summary>
internal sealed class ThreadTeam : IDisposable
{
    private readonly Barrier _barrier;
    private readonly Thread[] _threads;
    private ICycle? _cycle;
    private int _count;
    private Exception? _failure;

    internal ThreadTeam(int size)
    {
        _barrier = new Barrier(size + 1);
        _threads = [.. Enumerable.Range(0, size).Select(worker => new Thread(() => Work(worker)) { IsBackground = true })];
        Array.ForEach(_threads, static thread => thread.Start());
    }

    internal int Size => _threads.Length;

    /// <summary>Runs the cycle so many times in all, shared equally among the threads.</summary>
    internal void Run(ICycle cycle, int operations)
    {
        (_cycle, _count) = (cycle, operations / Size);
        _barrier.SignalAndWait();
        _barrier.SignalAndWait();
        if (_failure is { } failure)
        {
            throw new InvalidOperationException("A cycle failed.", failure);
        }
    }

    public void Dispose()
    {
        _cycle = null;
        _barrier.SignalAndWait();
        Array.ForEach(_threads, static thread => thread.Join());
        _barrier.Dispose();
    }

    private void Work(int worker)
    {
        while (true)
        {
            _barrier.SignalAndWait();
            if (_cycle is not { } cycle)
            {
                return;
            }

            try
            {
                cycle.Run(worker, _count);
            }
            catch (Exception exception)
            {
                _failure = exception;
            }

            _barrier.SignalAndWait();
        }
    }
}
