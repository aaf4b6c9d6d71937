namespace Cenote.Shared;

/// <summary>
/// An event whose handlers run on the thread pool, one event at a time in the order of posting. A blocking handler
/// delays only later events; a throwing handler does not stop the others. Beyond <see cref="MaxWaiting"/> the oldest
/// events are dropped.
/// </summary>
/// <param name="handlerFailed">Logs the exception of a handler. Must not throw.</param>
/// <param name="record">Runs before the handlers, also without handlers. Must not throw.</param>
internal sealed class OrderedEvent<T>(Action<T, Exception> handlerFailed, Action<T>? record = null)
    where T : EventArgs
{
    internal const int MaxWaiting = 1000;

    private readonly Queue<T> _waiting = new();
    private bool _isRunning;
    private object? _sender;

    internal event EventHandler<T>? Occurred;

    /// <summary>Gets or sets the sender that handlers get. Set once, by the constructor of that object.</summary>
    internal object? Sender
    {
        get => _sender;
        set => _sender = _sender is null ? value : throw new InvalidOperationException("The sender is set already.");
    }

    /// <summary>Gets whether there are handlers. Without them no arguments need to be created.</summary>
    internal bool HasHandlers => Occurred is not null;

    /// <summary>Queues an event, and may therefore be called under a lock.</summary>
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
#pragma warning disable CA1031 // The exception of one handler must not silence the others.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                handlerFailed(arguments, exception);
            }
        }
    }
}
