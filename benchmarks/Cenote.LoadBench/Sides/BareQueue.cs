using System.Threading.Tasks.Sources;

namespace Cenote.LoadBench.Sides;

/// <summary>
/// The least that a queue of tasks can do: one lock, waiters that are used again, and one work item of the thread pool
/// for each hand-over. It has no timeouts, no cancellation and no checks, so no pool can be faster with as many
/// waiters.
/// </summary>
internal sealed class BareQueue
{
    private readonly object _gate = new();
    private readonly Stack<object> _idle;
    private readonly Queue<Waiter> _waiting = new();
    private readonly Stack<Waiter> _spare = new();

    internal BareQueue(int size) => _idle = new(Enumerable.Range(0, size).Select(static _ => new object()));

    internal ValueTask<object> RentAsync()
    {
        lock (_gate)
        {
            if (_idle.TryPop(out var item))
            {
                return new(item);
            }

            var waiter = _spare.TryPop(out var spare) ? spare : new Waiter(this);
            _waiting.Enqueue(waiter);
            return waiter.AsValueTask();
        }
    }

    internal void Return(object item)
    {
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out var waiter))
            {
                _idle.Push(item);
                return;
            }

            waiter.Serve(item);
        }
    }

    private void Recycle(Waiter waiter)
    {
        lock (_gate)
        {
            _spare.Push(waiter);
        }
    }

    private sealed class Waiter(BareQueue queue) : IValueTaskSource<object>, IThreadPoolWorkItem
    {
        private ManualResetValueTaskSourceCore<object> _source;
        private object? _item;

        internal ValueTask<object> AsValueTask() => new(this, _source.Version);

        internal void Serve(object item)
        {
            _item = item;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        public void Execute() => _source.SetResult(_item!);

        public object GetResult(short token)
        {
            var item = _source.GetResult(token);
            _source.Reset();
            queue.Recycle(this);
            return item;
        }

        public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _source.OnCompleted(continuation, state, token, flags);
    }
}
