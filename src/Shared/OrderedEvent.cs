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

    private Queue<T>? _waiting;
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
        var waiting = RequireWaiting();
        lock (waiting)
        {
            if (waiting.Count >= MaxWaiting)
            {
                waiting.Dequeue();
            }

            waiting.Enqueue(arguments);
            if (_isRunning)
            {
                return;
            }

            _isRunning = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static ordered => ordered.RaiseWaiting(), this, preferLocal: false);
    }

    /// <summary>Returns the queue, which exists from the first event on: most events of a pool never occur.</summary>
    private Queue<T> RequireWaiting()
    {
        if (Volatile.Read(ref _waiting) is { } waiting)
        {
            return waiting;
        }

        var first = new Queue<T>();
        return Interlocked.CompareExchange(ref _waiting, first, null) ?? first;
    }

    private void RaiseWaiting()
    {
        var waiting = RequireWaiting();
        while (true)
        {
            T next;
            lock (waiting)
            {
                if (!waiting.TryDequeue(out next!))
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
