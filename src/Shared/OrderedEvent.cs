namespace Cenote.Shared;

/// <summary>
/// An event whose handlers run on the thread pool, one event after the other in the order of posting. A handler that
/// blocks delays only later events; a handler that throws does not stop the others. Beyond <see cref="MaxWaiting"/> the
/// oldest events are dropped.
/// </summary>
/// <param name="handlerFailed">Logs what a handler threw. Must not throw.</param>
/// <param name="record">Runs before the handlers, also when there are none. Must not throw.</param>
internal sealed class OrderedEvent<T>(Action<T, Exception> handlerFailed, Action<T>? record = null)
    where T : EventArgs
{
    internal const int MaxWaiting = 1000;

    private readonly Queue<T> _waiting = new();
    private bool _isRunning;
    private object? _sender;

    internal event EventHandler<T>? Occurred;

    /// <summary>What handlers get as the sender. Set once, by the constructor of that object.</summary>
    internal object? Sender
    {
        get => _sender;
        set => _sender = _sender is null ? value : throw new InvalidOperationException("The sender is set already.");
    }

    /// <summary>Whether posting has a purpose. Arguments need not be made otherwise.</summary>
    internal bool HasHandlers => Occurred is not null;

    /// <summary>Only queues, so it may be called under a lock.</summary>
    internal void Post(T arguments)
    {
        lock (_waiting)
        {
            if (_waiting.Count >= MaxWaiting)
            {
                _waiting.Dequeue();
            }

            _waiting.Enqueue(arguments);
            if (_isRunning)
            {
                return;
            }

            _isRunning = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static ordered => ordered.RaiseWaiting(), this, preferLocal: false);
    }

    private void RaiseWaiting()
    {
        while (true)
        {
            T next;
            lock (_waiting)
            {
                if (!_waiting.TryDequeue(out next!))
                {
                    _isRunning = false;
                    return;
                }
            }

            record?.Invoke(next);
            Raise(next);
        }
    }

    private void Raise(T arguments)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(Occurred))
        {
            try
            {
                handler(_sender, arguments);
            }
#pragma warning disable CA1031 // The mistake of one handler must not silence the others.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                handlerFailed(arguments, exception);
            }
        }
    }
}
