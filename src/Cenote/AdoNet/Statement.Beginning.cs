using System.Data.Common;
using Cenote.Connections;
using Cenote.Providers;
using Cenote.Resilience;
using Cenote.Statements;

namespace Cenote.AdoNet;

// How an execution begins and ends: entered, attached, limited, watched; and what becomes of the connection if it was cancelled.
internal abstract partial class Statement
{
    private int _running;
    private int _executedBy;
    private CancelRequests? _cancels;
    private int? _ownTimeout;
    private int? _timeoutBefore;

    /// <summary>
    /// The command timeout in seconds as its owner sees it: until it is set, what the driver gives to commands that its own connection
    /// makes, which a connection string may decide. The driver may have been told another one, for the sake of a query timeout.
    /// </summary>
    internal int Timeout
    {
        get => _ownTimeout ?? _timeoutBefore ?? DefaultTimeout;
        set
        {
            DriverTimeout = value;
            _ownTimeout = value;
            _timeoutBefore = null;
        }
    }

    /// <summary>What the driver is told, in seconds.</summary>
    private protected abstract int DriverTimeout { get; set; }

    private protected virtual int DefaultTimeout => DriverTimeout;

    /// <summary>What it executes, for whoever counts statements.</summary>
    private protected abstract string? Text { get; }

    /// <summary>What the text may do to the transaction. Rather too much than too little: it decides whether work is run again.</summary>
    private protected abstract WorkEffect Effect { get; }

    private protected bool HasOwnTimeout => _ownTimeout is not null;

    private Execution Begin()
    {
        var connection = _connection ?? throw WithoutConnection();
        if (_opensConnection)
        {
            connection.Open();
        }

        try
        {
            Enter(connection);
            return Watch(connection);
        }
        catch when (_opensConnection)
        {
            connection.Close();
            throw;
        }
    }

    private ValueTask<Execution> BeginAsync(CancellationToken cancellationToken)
    {
        // A driver may take a token that is signalled already for a cancel that it has to send.
        cancellationToken.ThrowIfCancellationRequested();
        var connection = _connection ?? throw WithoutConnection();
        if (_opensConnection)
        {
            return OpenAndEnterAsync(connection, cancellationToken);
        }

        Enter(connection);
        return WatchAsync(connection, cancellationToken);
    }

    private async ValueTask<Execution> OpenAndEnterAsync(PooledConnection connection, CancellationToken cancellationToken)
    {
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Enter(connection);
            return await WatchAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await connection.CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    private Execution Watch(PooledConnection connection)
    {
        var limit = LimitOn(connection, out var isLimited);
        if (isLimited && connection.MustRaiseLimit(in _lease, limit))
        {
            RaiseLimit(connection, limit);
        }

        return Start(connection, limit, CancellationToken.None);
    }

    private ValueTask<Execution> WatchAsync(PooledConnection connection, CancellationToken cancellationToken)
    {
        var limit = LimitOn(connection, out var isLimited);
        return isLimited && connection.MustRaiseLimit(in _lease, limit)
            ? RaiseAndStartAsync(connection, limit, cancellationToken)
            : new ValueTask<Execution>(Start(connection, limit, cancellationToken));
    }

    private void RaiseLimit(PooledConnection connection, TimeSpan? limit)
    {
        try
        {
            connection.RaiseLimit(in _lease, limit);
        }
        catch (Exception exception)
        {
            connection.Failed(in _lease, exception);
            Interlocked.Decrement(ref _running);
            connection.Leave();
            throw;
        }
    }

    private async ValueTask<Execution> RaiseAndStartAsync(PooledConnection connection, TimeSpan? limit, CancellationToken cancellationToken)
    {
        try
        {
            await connection.RaiseLimitAsync(_lease, limit, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            connection.Failed(in _lease, exception);
            Interlocked.Decrement(ref _running);
            connection.Leave();
            throw;
        }

        return Start(connection, limit, cancellationToken);
    }

    /// <summary>The limit for the next execution; <see langword="null"/> for none, or for none but the driver's.</summary>
    private TimeSpan? LimitOn(PooledConnection connection, out bool isLimited)
    {
        var limit = connection.EffectiveQueryTimeout;
        isLimited = limit is not null;
        if (isLimited && _ownTimeout is { } seconds)
        {
            return seconds == 0 ? null : TimeSpan.FromSeconds(seconds);
        }

        return limit == System.Threading.Timeout.InfiniteTimeSpan ? null : limit;
    }

    private Execution Start(PooledConnection connection, TimeSpan? limit, CancellationToken cancellationToken)
    {
        if (Pool.Provider.CancelsInProcess)
        {
            connection.WatchIfShared(in _lease, this);
        }

        NoteThread();
        connection.Progress?.NoteExecution(this, isInTransaction: _appliedTransaction is not null, Effect);
        var token = Pool.Provider.CancelsInProcess ? cancellationToken : CancellationToken.None;
        TellDriver(connection, limit, isCancellable: token.CanBeCanceled);
        if (limit is null && !token.CanBeCanceled)
        {
            return new Execution(connection, watch: null, FindRecord());
        }

        var watch = new QueryWatch(connection, in _lease, limit, token);
        watch.Start(
            this, limit is { } time ? QueryLimit.Delay(time, connection.ServerLimit(in _lease)) : null, Pool.Engine.Settings.Clock.TimeProvider);
        return new Execution(connection, watch, FindRecord());
    }

    /// <summary>Sets the driver's own command timeout to what fits the limit, or back.</summary>
    private void TellDriver(PooledConnection connection, TimeSpan? limit, bool isCancellable)
    {
        if (limit is null && !isCancellable && connection.EffectiveQueryTimeout is null && _timeoutBefore is null)
        {
            return;
        }

        _timeoutBefore ??= DriverTimeout;
        var seconds = limit is { } time ? QueryLimit.DriverSeconds(time)
            : _ownTimeout ?? (connection.EffectiveQueryTimeout is not null && !Pool.Provider.CancelsInProcess ? 0 : _timeoutBefore.Value);
        if (Pool.Provider.CancelsInProcess && _timeoutBefore is > 0 and var wait && limit is not null)
        {
            // There it limits the wait for locks, which a query timeout must not make longer.
            seconds = Math.Min(seconds, wait);
        }

        if (DriverTimeout != seconds)
        {
            DriverTimeout = seconds;
        }
    }

    /// <summary>Where the execution is counted, if the pool counts.</summary>
    private StatementRecord? FindRecord() => Pool.Engine.Statements?.Find(Text ?? "");

    private void End(in Execution execution, Exception? failure)
    {
        EndExecution(in _lease, in execution, failure, isCancelled: false);
        execution.Connection.Leave();
        if (_opensConnection)
        {
            execution.Connection.Close();
        }
    }

    private async ValueTask EndAsync(Execution execution, Exception? failure, bool isCancelled)
    {
        await EndExecutionAsync(_lease, execution, failure, isCancelled).ConfigureAwait(false);
        execution.Connection.Leave();
        if (_opensConnection)
        {
            await execution.Connection.CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends the watch, and has the connection checked, or closed, if a cancel was sent. Before the call is left.</summary>
    internal void EndExecution(in ConnectionLease lease, in Execution execution, Exception? failure, bool isCancelled)
    {
        var watch = execution.Watch;
        execution.Note(in lease, failure, isCancelled);
        watch?.End().Wait();
        NoteEnd(in lease, watch, failure, isCancelled);
    }

    /// <inheritdoc cref="EndExecution"/>
    internal ValueTask EndExecutionAsync(in ConnectionLease lease, in Execution execution, Exception? failure, bool isCancelled)
    {
        var watch = execution.Watch;
        execution.Note(in lease, failure, isCancelled);
        if (watch?.End() is { IsCompleted: false } sending)
        {
            return AwaitEndAsync(sending, lease, watch, failure, isCancelled);
        }

        NoteEnd(in lease, watch, failure, isCancelled);
        return ValueTask.CompletedTask;
    }

    private async ValueTask AwaitEndAsync(Task sending, ConnectionLease lease, QueryWatch watch, Exception? failure, bool isCancelled)
    {
        await sending.ConfigureAwait(false);
        NoteEnd(in lease, watch, failure, isCancelled);
    }

    // Together with Cancel: whichever comes second sees the other, and the connection is not rented out unchecked.
    private void NoteEnd(in ConnectionLease lease, QueryWatch? watch, Exception? failure, bool isCancelled)
    {
        NoteOutside();
        var isLast = Interlocked.Decrement(ref _running) == 0;
        if (isLast && IsEnding)
        {
            _connection?.StatementWatch?.Forget(this);
        }

        var requested = Volatile.Read(ref _cancels)?.NoteEnd(failure, isLast);
        if (watch is { HasFired: true })
        {
            Pool.Engine.FailureReports.RecordCancel(in lease, new SentCancel(failure, watch.SendingTime), isSent: true);
        }
        else if (isCancelled && requested is null)
        {
            Pool.Engine.FailureReports.RecordCancel(in lease, new SentCancel(failure, SendingTime: null), isSent: false);
        }

        if (requested is { } cancel)
        {
            Pool.Engine.FailureReports.RecordCancel(in lease, in cancel, isSent: true);
        }
        else if (failure is null && !isCancelled && watch is not { HasFired: true })
        {
            _connection?.Progress?.NoteSuccess(this);
        }
    }

    /// <summary>Announces the execution and attaches the driver's object to the session that the connection holds now.</summary>
    private void Enter(PooledConnection connection)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var lease = connection.Enter();

        // From here on, so that a statement that is attached meanwhile does not push this one off its connection.
        if (Interlocked.Increment(ref _running) == 1 && IsEnding)
        {
            // A cancel that came too late for the execution before.
            connection.StatementWatch?.Forget(this);
        }

        try
        {
            if (Newer is null || _lease != lease)
            {
                Attach(connection, in lease);
            }

            ApplyTransaction(FindTransaction(connection, in lease));
        }
        catch
        {
            Interlocked.Decrement(ref _running);
            connection.Leave();
            throw;
        }
    }

    private void Attach(PooledConnection connection, in ConnectionLease lease)
    {
        lock (connection.StatementGate)
        {
            _isPrepared = false;
            SetDriverConnection(lease.Connection);
            _lease = lease;
            if (Newer is null)
            {
                connection.Link(this);
            }
        }
    }

    // A statement without a transaction of its own joins the one that is open: every driver allows one at a time, and some
    // refuse a statement that does not name it.
    private DbTransaction? FindTransaction(PooledConnection connection, in ConnectionLease lease) => _transaction is null
        ? connection.Transaction?.DriverTransaction
        : _transaction.FindDriverTransaction(in lease) ?? throw new InvalidOperationException(
            "The transaction of this command or batch is over, or was begun on another connection. Set its Transaction to the current one, or to null.");

    private static InvalidOperationException WithoutConnection() => new("The command or batch has no connection: set its Connection first.");
}
