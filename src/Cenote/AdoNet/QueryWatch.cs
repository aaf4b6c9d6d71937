using Cenote.Providers;

namespace Cenote.AdoNet;

/// <summary>
/// Ends one execution when its time is up, or, for drivers that do not heed cancellation tokens, when its token is
/// signalled.
/// </summary>
/// <remarks>
/// Whoever ends the execution and the thread that cancels it race for <see cref="_state"/>: either the watch has ended
/// and nothing is sent, or the one who ends it waits until the cancel is out, so that it cannot hit the connection's
/// next statement. That it cannot hit the next lease is made sure of by announcing the call, as every call into the
/// driver is.
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
    private int _leavingThread;
    private long _sendingTicks;

    internal QueryWatch(PooledConnection connection, in ConnectionLease lease, TimeSpan? limit, CancellationToken token)
    {
        _connection = connection;
        _lease = lease;
        _limit = limit;
        _token = token;
    }

    /// <summary>Whether a cancel was sent.</summary>
    internal bool HasFired => Volatile.Read(ref _state) is TimedOut or Cancelled;

    /// <summary>How long the cancel took to be sent. Known once <see cref="End"/> has been awaited.</summary>
    internal TimeSpan SendingTime => TimeSpan.FromTicks(Volatile.Read(ref _sendingTicks));

    /// <summary>Starts watching. The execution is about to enter the driver.</summary>
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

    /// <summary>The execution is over.</summary>
    /// <returns>What to wait for: a cancel that is being sent.</returns>
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
            _isOver |= _isOut;
            if (_isOut && (_leavingThread == 0 || _leavingThread == Environment.CurrentManagedThreadId))
            {
                return Task.CompletedTask;
            }

            return (_out ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>
    /// Waits for a call of the driver, but not for one that hangs on although its session was ended under it.
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
            throw new TimeoutException("The statement and its cancel got no answer; the session was ended.");
        }

        return await call.ConfigureAwait(false);
    }

    /// <summary>
    /// What the caller is told instead of the driver's exception; <see langword="null"/> for the latter itself.
    /// </summary>
    internal Exception? Explain(Exception exception, FailureKind kind)
    {
        var state = Volatile.Read(ref _state);
        if (state == Cancelled && IsEnded())
        {
            return new OperationCanceledException("The statement was cancelled.", exception, _token);
        }

        // A limit of the server's own, or of the driver's, counts like ours.
        return _limit is { } limit && (state == TimedOut ? IsEnded() : kind == FailureKind.QueryTimeout)
            ? new QueryTimeoutException(_connection.Pool.Name, limit, exception)
            : null;

        bool IsEnded() => exception is OperationCanceledException || kind != FailureKind.Other || _connection.Pool.Engine.Classifier.IsCancellation(exception);
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

        // Neither the cancel nor the statement may ever come to an end, if the network has gone silent.
        _timer?.Change(_connection.Pool.Engine.Settings.ValidationTimeout, Timeout.InfiniteTimeSpan);

        // Fails when the connection is being closed: then closing it ends the execution.
        var isInside = _connection.TryEnterAs(in _lease);
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
            LeaveAndRelease();
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
    /// The cancel did not help in time: ends the session under whoever is inside, and the lease with it, so that nobody
    /// waits on.
    /// </summary>
    private void Abort()
    {
        lock (_gate)
        {
            // Both at once: a statement that ends from here on waits, and its holder's next one keeps its session.
            if (_isOver)
            {
                return;
            }

            _connection.Pool.Engine.Desk.TryTakeBack(_lease.Slot!, _lease.Ticket, CloseReason.StatementHung);
        }

        // The cancel may hang for long: it must not keep a later lease of this connection.
        LeaveAndRelease();
        TaskCompletionSource? aborted;
        lock (_gate)
        {
            // Whoever asks from here on finds it completed.
            aborted = _aborted ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        aborted.TrySetResult();
    }

    /// <summary>Leaves the driver, and then releases the thread that waits in <see cref="End"/>.</summary>
    /// <remarks>
    /// In this order: a holder that closes and opens the connection after its statement must not find this call still
    /// inside, because the closing would be left to it. Leaving may end the lease on this thread, and so ask for the
    /// end of this execution again: that does not wait.
    /// </remarks>
    private void LeaveAndRelease()
    {
        lock (_gate)
        {
            if (_isOut)
            {
                return;
            }

            _isOut = true;
            _isOver = _out is not null;
            _leavingThread = Environment.CurrentManagedThreadId;
        }

        try
        {
            if (Interlocked.Exchange(ref _mustLeave, 0) != 0)
            {
                _connection.Leave();
            }
        }
        finally
        {
            TaskCompletionSource? waiting;
            lock (_gate)
            {
                _leavingThread = 0;
                waiting = _out;
            }

            waiting?.SetResult();
        }
    }
}
