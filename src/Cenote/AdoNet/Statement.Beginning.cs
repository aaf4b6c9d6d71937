using System.Data.Common;
using Cenote.Execution;
using Cenote.Statements;

namespace Cenote.AdoNet;

// The beginning of an execution: the connection is opened if needed, the call enters the gate, and the statement is
// attached, limited and watched.
internal abstract partial class Statement
{
    private int _running;
    private int _executedBy;
    private CancelRequests? _cancels;

    /// <summary>Gets the text, for statement statistics.</summary>
    private protected abstract string? Text { get; }

    /// <summary>
    /// Gets the possible effect of the text on the transaction. Overestimates rather than underestimates, because it
    /// decides whether work is retried.
    /// </summary>
    private protected abstract WorkEffect Effect { get; }

    /// <summary>Returns the effect of the statement on its session.</summary>
    private protected abstract StatementEffect EffectIn(StatementEffects effects);

    private StatementExecution Begin()
    {
        var connection = _connection ?? throw WithoutConnection();
        if (_opensConnection)
        {
            OpenAlive(connection);
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
        // A driver may treat an already signalled token as a cancel that it must send.
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
        await OpenAliveAsync(connection, cancellationToken).ConfigureAwait(false);
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
        var token = Pool.Provider.IgnoresTokens ? cancellationToken : CancellationToken.None;
        SetDriverTimeout(in limits, isCancellable: token.CanBeCanceled);
        if (limits.Limit is null && !token.CanBeCanceled)
        {
            return new StatementExecution(connection, watch: null, FindRecord());
        }

        var watch = new QueryWatch(connection, in _lease, limits.Limit, token);
        watch.Start(this, limits.Delay, Pool.Engine.Settings.Clock.TimeProvider);
        return new StatementExecution(connection, watch, FindRecord());
    }

    /// <summary>Gets the record that counts the execution, if the pool counts.</summary>
    private StatementRecord? FindRecord() => Pool.Engine.Statements?.Find(Text ?? "");

    /// <summary>
    /// Enters the gate and attaches the driver's object to the current session of the connection.
    /// </summary>
    private void Enter(PooledConnection connection)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var lease = connection.Enter();

        // Set here, so that a statement that is attached meanwhile does not detach this one from its connection.
        if (Interlocked.Increment(ref _running) == 1)
        {
            RecordStart();
            if (IsEnding)
            {
                // A cancel that came too late for the previous execution.
                connection.Details?.Work.StatementWatch?.Forget(this);
            }
        }

        try
        {
            if (!_isAttached || _lease != lease)
            {
                Attach(connection, in lease);
            }

            ApplyTransaction(FindTransaction(connection, in lease));
            if (Pool.Engine.Effects is { } effects)
            {
                Mark(effects, in lease);
            }
        }
        catch
        {
            Interlocked.Decrement(ref _running);
            connection.Leave();
            throw;
        }
    }

    /// <summary>Gets whether another owner may get the driver's object.</summary>
    private protected virtual bool IsKept => false;

    /// <summary>Makes the driver's object one that no other owner will get.</summary>
    private protected virtual void BecomeOwn()
    {
    }

    /// <summary>Records in the session what the statement may change, before it is sent.</summary>
    private void Mark(StatementEffects effects, in ConnectionLease lease)
    {
        if (lease.TryGetPhysical() is { HasNoMark: true } physical)
        {
            var effect = EffectIn(effects);
            if (effect == StatementEffect.Session || (effect == StatementEffect.Transaction && !physical.ShowsTransactions))
            {
                physical.MarkDirty();
            }
        }
    }

    private void Attach(PooledConnection connection, in ConnectionLease lease)
    {
        lock (connection)
        {
            _isPrepared = false;
            BecomeOwn();
            SetDriverConnection(lease.DriverConnection);
            _lease = lease;
            _isAttached = true;
            if (Newer is null)
            {
                connection.Work.Link(this);
            }
        }
    }

    // A statement without a transaction joins the open one. Every driver allows one at a time, and some reject a
    // statement that does not name it.
    private DbTransaction? FindTransaction(PooledConnection connection, in ConnectionLease lease) => _transaction is null
        ? connection.Details?.Work.Transaction?.DriverTransaction
        : _transaction.FindDriverTransaction(in lease) ?? throw new InvalidOperationException(
            "The transaction of this command or batch has ended, or was begun on another connection. Set Transaction to the current one, or to null.");

    private static InvalidOperationException WithoutConnection() => new("The command or batch has no connection. Set its Connection first.");
}
