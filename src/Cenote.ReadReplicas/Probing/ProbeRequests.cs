namespace Cenote.ReadReplicas.Probing;

/// <summary>
/// Requests for a probe before its time. A probe that began before a request does not count, because it may have read
/// its answer already.
/// </summary>
internal sealed class ProbeRequests
{
    private readonly object _gate = new();
    private TaskCompletionSource<ServerStatus?>? _pending;
    private TaskCompletionSource _wake = New();
    private TaskCompletionSource _suspicion = New();
    private bool _wasRequestedSoon;
    private bool _isClosed;

    /// <summary>
    /// Returns a task that completes when a probe that began after this call was processed, with its status if it has
    /// one. The task is cancelled when probing ends.
    /// </summary>
    internal Task<ServerStatus?> Add()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return Task.FromCanceled<ServerStatus?>(new CancellationToken(canceled: true));
            }

            _pending ??= new TaskCompletionSource<ServerStatus?>(TaskCreationOptions.RunContinuationsAsynchronously);
            _wake.TrySetResult();
            return _pending.Task;
        }
    }

    /// <summary>
    /// Requests a probe after a failure at the server, without waiting. The first request counts immediately. Thousands
    /// of them would keep the server busy with probes.
    /// </summary>
    internal void RequestSoon()
    {
        lock (_gate)
        {
            _suspicion.TrySetResult();
        }
    }

    internal void Wake()
    {
        lock (_gate)
        {
            _wake.TrySetResult();
        }
    }

    /// <summary>Ends a wait that <see cref="Wake"/> has ended, for the next one.</summary>
    /// <param name="isCalm">Whether the time lasts in which a request after another one does not count.</param>
    /// <returns><see langword="false"/> when a probe was requested.</returns>
    internal bool TryContinue(bool isCalm)
    {
        lock (_gate)
        {
            if (_pending is not null || (_suspicion.Task.IsCompleted && !(_wasRequestedSoon && isCalm)))
            {
                return false;
            }

            if (_wake.Task.IsCompleted)
            {
                _wake = New();
            }

            return true;
        }
    }

    /// <summary>A probe begins: whom it will answer.</summary>
    internal TaskCompletionSource<ServerStatus?>? Take()
    {
        lock (_gate)
        {
            var pending = _pending;
            _pending = null;
            if (_wake.Task.IsCompleted)
            {
                _wake = New();
            }

            _wasRequestedSoon = _suspicion.Task.IsCompleted;
            if (_wasRequestedSoon)
            {
                _suspicion = New();
            }

            return pending;
        }
    }

    /// <summary>Waits for a time, or until a request.</summary>
    /// <param name="time">The maximum wait.</param>
    /// <param name="calm">The time for which a request after another one does not count.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="stopped">Ends the wait.</param>
    internal async Task WaitAsync(TimeSpan time, TimeSpan calm, TimeProvider clock, CancellationToken stopped)
    {
        Task wake, suspicion;
        lock (_gate)
        {
            (wake, suspicion) = (_wake.Task, _suspicion.Task);
            calm = !_wasRequestedSoon ? TimeSpan.Zero : calm < time ? calm : time;
        }

        if (calm > TimeSpan.Zero)
        {
            await wake.WaitAsync(calm, clock, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Task either = Task.WhenAny(wake, suspicion);
        await either.WaitAsync(time - calm, clock, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    internal void Close(CancellationToken stopped)
    {
        TaskCompletionSource<ServerStatus?>? pending;
        lock (_gate)
        {
            _isClosed = true;
            (pending, _pending) = (_pending, null);
        }

        pending?.TrySetCanceled(stopped);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
