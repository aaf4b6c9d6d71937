namespace Cenote.AdoNet;

// The limits of an execution: for its owner, the driver and the server.
internal abstract partial class Statement
{
    private int? _ownTimeout;
    private int? _timeoutBefore;
    private long _startedAt;

    /// <summary>
    /// Gets or sets the owner's command timeout in seconds. Until it is set, it is the driver's default for commands of
    /// its connection, which a connection string may define. The driver may have another value because of a query
    /// timeout.
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

    /// <summary>Gets or sets the driver's command timeout, in seconds.</summary>
    private protected abstract int DriverTimeout { get; set; }

    private protected virtual int DefaultTimeout => DriverTimeout;

    private protected bool HasOwnTimeout => _ownTimeout is not null;

    /// <summary>Starts the execution under its limits. It has entered the gate.</summary>
    private StatementExecution StartLimited(PooledConnection connection)
    {
        var limits = StatementLimits.Of(connection, in _lease, _ownTimeout);
        if (limits.MustRaise)
        {
            try
            {
                limits.Raise(connection, in _lease);
            }
            catch (Exception exception)
            {
                GiveUp(connection, exception);
                throw;
            }
        }

        return Start(connection, in limits, CancellationToken.None);
    }

    /// <inheritdoc cref="StartLimited"/>
    private ValueTask<StatementExecution> StartLimitedAsync(PooledConnection connection, CancellationToken cancellationToken)
    {
        var limits = StatementLimits.Of(connection, in _lease, _ownTimeout);
        return limits.MustRaise
            ? RaiseAndStartAsync(connection, limits, cancellationToken)
            : new ValueTask<StatementExecution>(Start(connection, in limits, cancellationToken));
    }

    private async ValueTask<StatementExecution> RaiseAndStartAsync(
        PooledConnection connection, StatementLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            await limits.RaiseAsync(connection, _lease, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            GiveUp(connection, exception);
            throw;
        }

        return Start(connection, in limits, cancellationToken);
    }

    private void RecordStart()
    {
        if (IsKept)
        {
            _startedAt = Pool.Engine.Settings.Clock.GetTimestamp();
        }
    }

    // MySqlConnector's timer asks for the end of its command's execution on another connection. A request that is late
    // ends the next execution of that command, so such a command is for no other owner. Each read starts the timer
    // again, so it has not fired before that time since the beginning.
    private bool IsNearDriverTimeout() =>
        IsKept && DriverTimeout is > 0 and var seconds
        && Pool.Engine.Settings.Clock.ElapsedSince(_startedAt) >= TimeSpan.FromSeconds(seconds - 1);

    private void GiveUp(PooledConnection connection, Exception exception)
    {
        IsDoubtful = true;
        connection.Failed(in _lease, exception);
        Interlocked.Decrement(ref _running);
        connection.Leave();
    }

    /// <summary>Sets the driver's command timeout to fit the limits, or restores it.</summary>
    private void SetDriverTimeout(in StatementLimits limits, bool isCancellable)
    {
        if (!limits.IsInForce && !isCancellable && _timeoutBefore is null)
        {
            return;
        }

        var before = _timeoutBefore ??= DriverTimeout;
        var seconds = limits.DriverSeconds(before, _ownTimeout, Pool.Provider.IsInProcess);
        if (DriverTimeout != seconds)
        {
            DriverTimeout = seconds;
        }
    }
}
