namespace Cenote.Connections;

/// <summary>
/// The calls of the driver that a slot no longer waits for: opens that hung, or succeeded at the very moment they were
/// ended, whose connections are closed. The provider outlives them. Thread-safe.
/// </summary>
internal sealed class AbandonedCalls
{
    private readonly object _gate = new();
    private int _count;
    private TaskCompletionSource? _over;

    internal bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _count == 0;
            }
        }
    }

    /// <summary>Adds abandoned work, which must not fail.</summary>
    internal void Add(Func<Task> work)
    {
        lock (_gate)
        {
            _count++;
        }

        _ = RunAsync(work);
    }

    /// <summary>Returns a task that completes when no work is left.</summary>
    internal Task WhenEmptyAsync()
    {
        lock (_gate)
        {
            return _count == 0 ? Task.CompletedTask : (_over ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private async Task RunAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            TaskCompletionSource? over = null;
            lock (_gate)
            {
                if (--_count == 0)
                {
                    (over, _over) = (_over, null);
                }
            }

            over?.SetResult();
        }
    }
}
