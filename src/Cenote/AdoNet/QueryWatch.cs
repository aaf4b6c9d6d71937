using Cenote.Providers;

namespace Cenote.AdoNet;

/// <summary>
/// A watch that ends one execution at its deadline, or when its token is signalled for drivers that ignore cancellation
/// tokens.
/// </summary>
/// <remarks>
/// The thread that ends the execution and the thread that cancels it race for <see cref="_state"/>. Either the watch
/// has ended and nothing is sent, or the ending thread waits until the cancel is sent. So it cannot hit the
/// connection's next statement. The cancel cannot hit the next lease, because it enters the gate like every call into
/// the driver.
/// </remarks>
internal sealed class QueryWatch
{
    private const int Running = 0;
    private const int TimedOut = 1;
    private const int Cancelled = 2;
    private const int Ended = 3;

    private readonly object _gate = new();
    private readonly PooledConnection _connection;
    private readonly ConnectionLease _lease;
    private readonly TimeSpan? _limit;
    private readonly CancellationToken _token;
    private Statement? _statement;
    private ITimer? _timer;
    private CancellationTokenRegistration _registration;
    private TaskCompletionSource? _out;
    private TaskCompletionSource? _aborted;
    private bool _isOut;
    private bool _isOver;
    private int _state;
    private int _mustLeave;
    private long _sendingTicks;

    internal QueryWatch(PooledConnection connection, in ConnectionLease lease, TimeSpan? limit, CancellationToken token)
    {
        _connection = connection;
        _lease = lease;
        _limit = limit;
        _token = token;
    }

    /// <summary>Gets whether a cancel was sent.</summary>
    internal bool HasFired => Volatile.Read(ref _state) is TimedOut or Cancelled;

    /// <summary>Gets the duration of sending the cancel. Known once <see cref="End"/> has been awaited.</summary>
    internal TimeSpan SendingTime => TimeSpan.FromTicks(Volatile.Read(ref _sendingTicks));

    /// <summary>Starts the watch. The execution is about to enter the driver.</summary>
    internal void Start(Statement statement, TimeSpan? delay, TimeProvider time)
    {
        _statement = statement;
        if (delay is { } due)
        {
            _timer = time.CreateTimer(static watch => ((QueryWatch)watch!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }

        if (_token.CanBeCanceled)
        {
            _registration = _token.UnsafeRegister(static watch => ((QueryWatch)watch!).Fire(Cancelled), this);
        }
    }

    /// <summary>Ends the watch after the execution.</summary>
    /// <returns>The cancel that is being sent, to wait for.</returns>
    internal Task End()
    {
        var state = Interlocked.CompareExchange(ref _state, Ended, Running);
        _timer?.Dispose();
        _registration.Unregister();
        if (state is Running or Ended)
        {
            return Task.CompletedTask;
        }

        lock (_gate)
        {
            if (_isOut)
            {
                _isOver = true;
                return Task.CompletedTask;
            }

            return (_out ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>
    /// Waits for a call of the driver, unless it still hangs after its session was ended.
    /// </summary>
    internal async Task<T> GuardAsync<T>(Task<T> call)
    {
        Task aborted;
        lock (_gate)
        {
            aborted = (_aborted ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        if (await Task.WhenAny(call, aborted).ConfigureAwait(false) == aborted && !call.IsCompleted)
        {
            _ = call.ContinueWith(
                static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw new TimeoutException("The statement and its cancel got no answer, and the session was ended.");
        }

        return await call.ConfigureAwait(false);
    }

    /// <summary>
    /// Gets the exception for the caller, or <see langword="null"/> for the driver's exception itself.
    /// </summary>
    internal Exception? Explain(Exception exception, FailureKind kind)
    {
        var state = Volatile.Read(ref _state);
        if (state == Cancelled && IsEnded())
        {
            return new OperationCanceledException("The statement was cancelled.", exception, _token);
        }

        // A limit of the server or the driver counts like the pool's.
        return _limit is { } limit && (state == TimedOut ? IsEnded() : kind == FailureKind.QueryTimeout)
            ? new QueryTimeoutException(_connection.Pool.Name, limit, exception)
            : null;

        bool IsEnded() => exception is OperationCanceledException || kind != FailureKind.Other || _connection.Pool.Engine.Classifier.IsCancellation(exception)
            || _connection.Pool.Provider.MayEndByCancel(exception);
    }

    private void OnTimer()
    {
        if (Volatile.Read(ref _state) == TimedOut)
        {
            Abort();
        }
        else
        {
            Fire(TimedOut);
        }
    }

    private void Fire(int cause)
    {
        if (Interlocked.CompareExchange(ref _state, cause, Running) != Running)
        {
            return;
        }

        // The cancel and the statement may both hang forever when the network is silent.
        _timer?.Change(_connection.Pool.Engine.Settings.ValidationTimeout, Timeout.InfiniteTimeSpan);

        // Fails while the connection is being closed, which ends the execution.
        var isInside = _connection.TryEnterAs(in _lease, out var mustEnd);
        try
        {
            if (isInside)
            {
                Volatile.Write(ref _mustLeave, 1);
                if (_lease.TryGetPhysical() is { } physical)
                {
                    CancelOn(physical);
                }
            }
        }
        catch (Exception exception)
        {
            _connection.Failed(in _lease, exception);
        }
        finally
        {
            LeaveAndRelease(mustEnd);
        }
    }

    private void CancelOn(PhysicalConnection physical)
    {
        var time = _connection.Pool.Engine.Settings.Clock.TimeProvider;
        var start = time.GetTimestamp();
        try
        {
            _statement!.CancelAlone(physical);
        }
        finally
        {
            Volatile.Write(ref _sendingTicks, time.GetElapsedTime(start).Ticks);
        }
    }

    /// <summary>
    /// Ends the session and the lease after a cancel without effect, so that the caller inside the driver does not wait
    /// longer.
    /// </summary>
    private void Abort()
    {
        lock (_gate)
        {
            // Under one exchange: a statement that ends from here on waits, and its holder's next statement keeps its
            // session.
            if (_isOver)
            {
                return;
            }

            _connection.Pool.Engine.Desk.TryTakeBack(_lease.Slot!, _lease.Ticket, CloseReason.StatementHung);
        }

        // The cancel may hang for long, and must not block a later lease of this connection.
        LeaveAndRelease(mustEnd: false);
        TaskCompletionSource? aborted;
        lock (_gate)
        {
            // Later readers find it completed.
            aborted = _aborted ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        aborted.TrySetResult();
    }

    /// <summary>
    /// Leaves the driver, releases the thread that waits in <see cref="End"/>, and then finishes a closing that was
    /// left to this call.
    /// </summary>
    /// <remarks>
    /// The order matters. A holder that closes and opens the connection after its statement must not find this call
    /// still inside, because the closing would be left to it. Finishing a closing ends this execution, which waits for
    /// the release.
    /// </remarks>
    /// <param name="mustEnd">Whether the closing was left to this call already.</param>
    private void LeaveAndRelease(bool mustEnd)
    {
        if (Interlocked.Exchange(ref _mustLeave, 0) != 0)
        {
            mustEnd |= _connection.LeaveOnly();
        }

        TaskCompletionSource? waiting = null;
        lock (_gate)
        {
            if (!_isOut)
            {
                _isOut = true;
                waiting = _out;
                _isOver = waiting is not null;
            }
        }

        waiting?.SetResult();
        if (mustEnd)
        {
            _connection.EndHandedOver();
        }
    }
}
