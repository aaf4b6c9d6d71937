namespace Cenote.Connections;

/// <summary>
/// Calls of the driver that a slot went on without: an open that hung, or came through at the very moment it was ended,
/// and whose connection is then closed. The provider outlives them. Thread-safe.
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

    /// <summary>Leaves work behind. It must not fail.</summary>
    internal void Add(Func<Task> work)
    {
        lock (_gate)
        {
            _count++;
        }

        _ = RunAsync(work);
    }

    /// <summary>Completes when nothing is left.</summary>
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
