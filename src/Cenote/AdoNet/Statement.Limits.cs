namespace Cenote.AdoNet;

// How long an execution may run: what its owner sees, and what the driver and the server are told.
internal abstract partial class Statement
{
    private int? _ownTimeout;
    private int? _timeoutBefore;

    /// <summary>
    /// The command timeout in seconds as its owner sees it: until it is set, what the driver gives to commands that its
    /// own connection makes, which a connection string may decide. The driver may have been told another one, for the
    /// sake of a query timeout.
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

    private protected bool HasOwnTimeout => _ownTimeout is not null;

    /// <summary>Starts the execution, which was announced, under its limits.</summary>
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

    private void GiveUp(PooledConnection connection, Exception exception)
    {
        connection.Failed(in _lease, exception);
        Interlocked.Decrement(ref _running);
        connection.Leave();
    }

    /// <summary>Sets the driver's own command timeout to what fits the limits, or back.</summary>
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
