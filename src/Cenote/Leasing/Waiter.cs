using System.Threading.Tasks.Sources;

namespace Cenote.Leasing;

/// <summary>
/// A caller queued for a lease. The thread that takes it out of the queue, under the desk's lock, completes it exactly
/// once. A lease, a cancellation, a timeout and a closing pool can therefore never both win.
/// </summary>
/// <remarks>
/// Re-used: after its result has been read it serves the next caller. A late timer callback is harmless, because it
/// reads the deadline under the lock. A late cancellation callback cannot happen, because the registration is disposed
/// of first.
/// </remarks>
internal sealed class Waiter : IValueTaskSource<ConnectionLease>
{
    private readonly LeaseDesk _desk;
    private readonly ITimer _timer;
    private ManualResetValueTaskSourceCore<ConnectionLease> _source = new() { RunContinuationsAsynchronously = true };
    private RentRequest _request;
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

    /// <summary>Gets whether its result is there.</summary>
    internal bool IsDone => Volatile.Read(ref _isDone);

    internal long Sequence { get; set; }

    internal ref readonly RentRequest Request => ref _request;

    /// <summary>Prepares the waiter for a caller. Under the desk's lock.</summary>
    internal void Begin(in RentRequest request, bool isBlocking)
    {
        _request = request;
        IsBlocking = isBlocking;
        _isDone = false;
    }

    /// <summary>
    /// Starts the timer and registers with the token: after the waiter was queued, without the lock, before its result
    /// is awaited.
    /// </summary>
    internal void Arm()
    {
        if (!Volatile.Read(ref _isDone))
        {
            // The deadline of a caller that comes back for another connection may have passed already.
            var remaining = Remaining();
            if (remaining <= TimeSpan.Zero && _desk.TryExpire(this))
            {
                return;
            }

            _timer.Change(remaining, Timeout.InfiniteTimeSpan);
            _registration = _request.CancellationToken.UnsafeRegister(
                static (state, _) =>
                {
                    var waiter = (Waiter)state!;
                    waiter._desk.Cancel(waiter);
                },
                this);
        }
    }

    internal ValueTask<ConnectionLease> AsValueTask() => new(this, _source.Version);

    internal void Complete(ConnectionLease lease, TimeSpan now)
    {
        _desk.Meters.WaitTime.Record(_request.WaitedAt(now));
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
        // With the machine's clock the thread keeps its own deadline: the timer needs a thread of the thread pool,
        // and callers that block may have taken them all.
        var keepsDeadline = _desk.Clock.IsSystem;
        while (true)
        {
            lock (this)
            {
                if (_isDone)
                {
                    return;
                }

                if (Monitor.Wait(this, keepsDeadline ? Math.Min(RemainingMilliseconds(), _desk.MillisecondsToDoubt) : Timeout.Infinite))
                {
                    continue;
                }
            }

            // The thread that has taken the waiter out of the queue completes it: from then on no deadline needs a
            // check.
            keepsDeadline = !_desk.TryExpire(this);
            if (keepsDeadline)
            {
                _desk.LookAgainIfInDoubt();
            }
        }
    }

    /// <summary>
    /// Leaves the queue when the waiting thread was interrupted. If it was served at the same moment, the connection is
    /// returned.
    /// </summary>
    private void LeaveQueue()
    {
        while (!IsDone)
        {
            try
            {
                _desk.Cancel(this);
                lock (this)
                {
                    while (!_isDone)
                    {
                        Monitor.Wait(this);
                    }
                }
            }
            catch (ThreadInterruptedException)
            {
                // Again: the caller gets the interruption once.
            }
        }

        try
        {
            GetResult(_source.Version).Dispose();
        }
        catch (Exception exception) when (exception is PoolException or OperationCanceledException)
        {
            // No lease has to be returned.
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
            _request = default;
            _desk.Recycle(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <summary>
    /// Returns whether the caller can no longer use a connection: its deadline has passed or its token is cancelled,
    /// whether or not a timer or a callback has run. Called under the desk's lock, or by the thread that took it out of
    /// the queue.
    /// </summary>
    internal bool IsOver(TimeSpan now) => _request.Deadline <= now || _request.CancellationToken.IsCancellationRequested;

    /// <summary>Returns whether the deadline has passed. Under the desk's lock, while the waiter is queued.</summary>
    internal bool IsOverdue() => Remaining() <= TimeSpan.Zero;

    /// <summary>Disposes of the waiter, because there are too many spare ones.</summary>
    internal void Retire() => _timer.Dispose();

    private void OnTimer()
    {
        if (!_desk.TryExpire(this))
        {
            // The timer's clock was slightly ahead of ours, or this call belongs to an earlier use of the object.
            var remaining = Remaining();
            _timer.Change(remaining > TimeSpan.FromMilliseconds(1) ? remaining : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }
    }

    private TimeSpan Remaining() => _request.Deadline - _desk.Clock.Elapsed is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    private int RemainingMilliseconds() => (int)Math.Min(int.MaxValue, Math.Ceiling(Remaining().TotalMilliseconds));
}
