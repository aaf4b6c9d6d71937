namespace Cenote.ReadReplicas.Probing;

/// <summary>Who wants a probe before its time. One that has begun when somebody asks does not count: it may have read its answer already.</summary>
internal sealed class ProbeRequests
{
    private readonly object _gate = new();
    private TaskCompletionSource? _pending;
    private TaskCompletionSource _wake = New();
    private bool _isClosed;

    /// <summary>Completes when a probe that began after this call has been heeded; cancelled when there will be none.</summary>
    internal Task Add()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return Task.FromCanceled(new CancellationToken(canceled: true));
            }

            _pending ??= New();
            _wake.TrySetResult();
            return _pending.Task;
        }
    }

    internal void Wake()
    {
        lock (_gate)
        {
            _wake.TrySetResult();
        }
    }

    /// <summary>A probe begins: whom it will answer.</summary>
    internal TaskCompletionSource? Take()
    {
        lock (_gate)
        {
            var pending = _pending;
            _pending = null;
            if (_wake.Task.IsCompleted)
            {
                _wake = New();
            }

            return pending;
        }
    }

    /// <summary>Waits for a time, or until somebody asks.</summary>
    internal async Task WaitAsync(TimeSpan time, TimeProvider clock, CancellationToken stopped)
    {
        Task wake;
        lock (_gate)
        {
            wake = _wake.Task;
        }

        await wake.WaitAsync(time, clock, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    internal void Close(CancellationToken stopped)
    {
        TaskCompletionSource? pending;
        lock (_gate)
        {
            _isClosed = true;
            (pending, _pending) = (_pending, null);
        }

        pending?.TrySetCanceled(stopped);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
