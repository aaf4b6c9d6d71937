using System.Threading.Tasks.Sources;
using Cenote.Leasing;

namespace Cenote.Waiting;

/// <summary>
/// A caller queued for a lease. Completed exactly once by whoever takes it out of the queue, which happens under the desk's lock:
/// a grant, a cancellation, a timeout and a closing pool can therefore never both win.
/// </summary>
/// <remarks>
/// Re-used: after its result has been read it serves the next caller. A late timer callback is harmless, since it
/// looks at the deadline under the lock; a late cancellation callback cannot be, since the registration is disposed of first.
/// </remarks>
internal sealed class Waiter : IValueTaskSource<ConnectionLease>
{
    private readonly LeaseDesk _desk;
    private readonly ITimer _timer;
    private ManualResetValueTaskSourceCore<ConnectionLease> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private bool _isDone;

    internal Waiter(LeaseDesk desk)
    {
        _desk = desk;
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _timer = desk.Clock.CreateTimer(static state => ((Waiter)state!).OnTimer(), this);
        }
    }

    internal Waiter? Next { get; set; }

    internal Waiter? Previous { get; set; }

    internal bool IsQueued { get; set; }

    internal bool IsBlocking { get; private set; }

    /// <summary>Whether its result is there.</summary>
    internal bool IsDone => Volatile.Read(ref _isDone);

    internal long Sequence { get; set; }

    internal RentRequest Request { get; private set; }

    /// <summary>Prepares the waiter for a caller. Under the desk's lock.</summary>
    internal void Begin(in RentRequest request, bool isBlocking)
    {
        Request = request;
        IsBlocking = isBlocking;
        _isDone = false;
    }

    /// <summary>Starts the timer and listens to the token. After the waiter was queued, without the lock, before its result is awaited.</summary>
    internal void Arm()
    {
        if (!Volatile.Read(ref _isDone))
        {
            _timer.Change(Remaining(), Timeout.InfiniteTimeSpan);
            _registration = Request.CancellationToken.UnsafeRegister(
                static (state, _) =>
                {
                    var waiter = (Waiter)state!;
                    waiter._desk.Cancel(waiter);
                },
                this);
        }
    }

    internal ValueTask<ConnectionLease> AsValueTask() => new(this, _source.Version);

    internal void Complete(ConnectionLease lease)
    {
        _desk.Meters.WaitTime.Record(_desk.Clock.ElapsedSince(Request.StartedAt));
        if (!IsBlocking)
        {
            Volatile.Write(ref _isDone, true);
            _source.SetResult(lease);
            return;
        }

        lock (this)
        {
            _isDone = true;
            _source.SetResult(lease);
            Monitor.PulseAll(this);
        }
    }

    internal void Fail(Exception exception)
    {
        if (!IsBlocking)
        {
            Volatile.Write(ref _isDone, true);
            _source.SetException(exception);
            return;
        }

        lock (this)
        {
            _isDone = true;
            _source.SetException(exception);
            Monitor.PulseAll(this);
        }
    }

    /// <summary>Blocks the calling thread until the waiter is completed.</summary>
    internal ConnectionLease WaitBlocking()
    {
        try
        {
            WaitUntilDone();
        }
        catch (ThreadInterruptedException)
        {
            LeaveQueue();
            throw;
        }

        return GetResult(_source.Version);
    }

    private void WaitUntilDone()
    {
        while (true)
        {
            bool isSignalled;
            lock (this)
            {
                if (_isDone)
                {
                    break;
                }

                // With the machine's clock the thread keeps its own deadline: the timer needs a thread of the thread pool,
                // and callers that block may have taken them all.
                isSignalled = _desk.Clock.IsSystem ? Monitor.Wait(this, RemainingMilliseconds()) : Monitor.Wait(this);
            }

            if (!isSignalled)
            {
                OnTimer();
            }
        }
    }

    /// <summary>The waiting thread was interrupted: a connection that was granted in the same moment goes back.</summary>
    private void LeaveQueue()
    {
        _desk.Cancel(this);
        var spin = default(SpinWait);
        while (!Volatile.Read(ref _isDone))
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        try
        {
            GetResult(_source.Version).Dispose();
        }
        catch (Exception exception) when (exception is PoolException or OperationCanceledException)
        {
            // Nothing was granted.
        }
    }

    public ConnectionLease GetResult(short token)
    {
        // Waits for a callback that is running, so that none can reach the next caller's use of this object.
        _registration.Dispose();
        _registration = default;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            Request = default;
            _desk.Recycle(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <summary>Whether the deadline has passed. Under the desk's lock, while the waiter is queued.</summary>
    internal bool IsOverdue() => Remaining() <= TimeSpan.Zero;

    private void OnTimer()
    {
        if (!_desk.TryExpire(this))
        {
            // The timer's clock ran ahead of ours by a moment, or this call belongs to an earlier use of the object.
            var remaining = Remaining();
            _timer.Change(remaining > TimeSpan.FromMilliseconds(1) ? remaining : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }
    }

    private TimeSpan Remaining() => Request.Deadline - _desk.Clock.Elapsed is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    private int RemainingMilliseconds() => (int)Math.Min(int.MaxValue, Math.Ceiling(Remaining().TotalMilliseconds));
}
