namespace Cenote.Diagnostics;

/// <summary>
/// Tells of things that happened, one after the other in their order, on the thread pool: whoever listens may block, and holds up nobody
/// who posts. Beyond <see cref="MostWaiting"/> the oldest are dropped.
/// </summary>
/// <param name="tell">Must not throw.</param>
internal sealed class EventPump<T>(Action<T> tell)
{
    internal const int MostWaiting = 1000;

    private readonly Queue<T> _waiting = new();
    private bool _isTelling;

    /// <summary>Only queues: may be called under a lock.</summary>
    internal void Post(T happened)
    {
        lock (_waiting)
        {
            if (_waiting.Count >= MostWaiting)
            {
                _waiting.Dequeue();
            }

            _waiting.Enqueue(happened);
            if (_isTelling)
            {
                return;
            }

            _isTelling = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static pump => pump.TellAll(), this, preferLocal: false);
    }

    private void TellAll()
    {
        while (true)
        {
            T next;
            lock (_waiting)
            {
                if (!_waiting.TryDequeue(out next!))
                {
                    _isTelling = false;
                    return;
                }
            }

            tell(next);
        }
    }
}
