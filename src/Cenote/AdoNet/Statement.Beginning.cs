using System.Data.Common;
using Cenote.Execution;
using Cenote.Statements;

namespace Cenote.AdoNet;

// How an execution begins: the connection is opened if need be, the call announced, the statement attached, limited and
// watched.
internal abstract partial class Statement
{
    private int _running;
    private int _executedBy;
    private CancelRequests? _cancels;

    /// <summary>Gets what it executes, for counting statements by text.</summary>
    private protected abstract string? Text { get; }

    /// <summary>
    /// What the text may do to the transaction. Rather too much than too little: it decides whether work is run again.
    /// </summary>
    private protected abstract WorkEffect Effect { get; }

    private StatementExecution Begin()
    {
        var connection = _connection ?? throw WithoutConnection();
        if (_opensConnection)
        {
            connection.Open();
        }

        try
        {
            Enter(connection);
            return StartLimited(connection);
        }
        catch when (_opensConnection)
        {
            connection.Close();
            throw;
        }
    }

    private ValueTask<StatementExecution> BeginAsync(CancellationToken cancellationToken)
    {
        // A driver may take a token that is signalled already for a cancel that it has to send.
        cancellationToken.ThrowIfCancellationRequested();
        var connection = _connection ?? throw WithoutConnection();
        if (_opensConnection)
        {
            return OpenAndEnterAsync(connection, cancellationToken);
        }

        Enter(connection);
        return StartLimitedAsync(connection, cancellationToken);
    }

    private async ValueTask<StatementExecution> OpenAndEnterAsync(PooledConnection connection, CancellationToken cancellationToken)
    {
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Enter(connection);
            return await StartLimitedAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await connection.CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    private StatementExecution Start(PooledConnection connection, in StatementLimits limits, CancellationToken cancellationToken)
    {
        if (Pool.Provider.IsInProcess)
        {
            connection.Work.WatchIfShared(connection, in _lease, this);
        }

        RecordThread();
        connection.Progress?.RecordExecution(this, isInTransaction: _appliedTransaction is not null, Effect);
        var token = Pool.Provider.IsInProcess ? cancellationToken : CancellationToken.None;
        SetDriverTimeout(in limits, isCancellable: token.CanBeCanceled);
        if (limits.Limit is null && !token.CanBeCanceled)
        {
            return new StatementExecution(connection, watch: null, FindRecord());
        }

        var watch = new QueryWatch(connection, in _lease, limits.Limit, token);
        watch.Start(this, limits.Delay, Pool.Engine.Settings.Clock.TimeProvider);
        return new StatementExecution(connection, watch, FindRecord());
    }

    /// <summary>Where the execution is counted, if the pool counts.</summary>
    private StatementRecord? FindRecord() => Pool.Engine.Statements?.Find(Text ?? "");

    /// <summary>
    /// Announces the execution and attaches the driver's object to the session that the connection holds now.
    /// </summary>
    private void Enter(PooledConnection connection)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var lease = connection.Enter();

        // From here on, so that a statement that is attached meanwhile does not push this one off its connection.
        if (Interlocked.Increment(ref _running) == 1 && IsEnding)
        {
            // A cancel that came too late for the execution before.
            connection.Work.StatementWatch?.Forget(this);
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
        lock (connection)
        {
            _isPrepared = false;
            SetDriverConnection(lease.Connection);
            _lease = lease;
            if (Newer is null)
            {
                connection.Work.Link(this);
            }
        }
    }

    // A statement without a transaction of its own joins the one that is open: every driver allows one at a time, and
    // some refuse a statement that does not name it.
    private DbTransaction? FindTransaction(PooledConnection connection, in ConnectionLease lease) => _transaction is null
        ? connection.Work.Transaction?.DriverTransaction
        : _transaction.FindDriverTransaction(in lease) ?? throw new InvalidOperationException(
            "The transaction of this command or batch is over, or was begun on another connection. Set its Transaction to the current one, or to null.");

    private static InvalidOperationException WithoutConnection() => new("The command or batch has no connection: set its Connection first.");
}
