using System.Data.Common;

namespace Cenote.Providers;

internal sealed class AdoNetPhysicalConnection(
    DbConnection connection, ConnectionSettings settings, AdoNetProviderOptions options, AdoNetProvider provider)
    : PhysicalConnection(connection, SessionReset.ByPool, settings.ResetMode, requiresReset: settings.ResetMode != ResetMode.None || options.HidesLostSessions)
{
    // In milliseconds of a coarse clock. Without a reset, a driver that reports a lost session as open would be trusted
    // for ever.
    private const long TrustedTime = 500;

    private long _answeredAt;
    private bool _mustAnswer = true;
    private bool _beginsTransactions = true;

    /// <summary>
    /// Gets whether <see cref="ResetMode.None"/> has nothing to do, because the session answered a moment ago. The
    /// reset keeps to what was found here.
    /// </summary>
    public override bool CanResetInline
    {
        get
        {
            _mustAnswer = options.HidesLostSessions && Environment.TickCount64 - Volatile.Read(ref _answeredAt) >= TrustedTime;
            return ResetMode == ResetMode.None && !_mustAnswer;
        }
    }

    // The only reset that is right for every driver.
    private bool ReplacesSession => ResetMode == ResetMode.Full && string.IsNullOrWhiteSpace(options.ResetCommand);

    public override void Open()
    {
        try
        {
            base.Open();
            if (provider.ValidatesNext)
            {
                ValidateFirst();
            }
        }
        catch (Exception exception) when (provider.Hide(exception, settings.Credentials) is { } shown)
        {
            throw shown;
        }

        RecordAnswer();
    }

    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await base.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (provider.ValidatesNext)
            {
                await ValidateFirstAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (provider.Hide(exception, settings.Credentials) is { } shown)
        {
            throw shown;
        }

        RecordAnswer();
    }

    public override void ResetSession()
    {
        if (ResetMode == ResetMode.None)
        {
            if (_mustAnswer)
            {
                Connection.Execute(options.ValidationCommand, settings.ConnectTimeout);
                RecordAnswer();
            }

            return;
        }

        if (ReplacesSession)
        {
            Replace();
            return;
        }

        if (options.RollbackCommand is { } rollback)
        {
            try
            {
                Connection.Execute(rollback, timeout: null);
            }
            catch (DbException exception) when (IsNoTransaction(exception))
            {
            }
        }

        if (ResetMode == ResetMode.Full)
        {
            Connection.Execute(options.ResetCommand!, timeout: null);
        }

        if (options.ChecksForTransactions && !TryBeginTransaction())
        {
            Replace();
        }
    }

    public override async ValueTask ResetSessionAsync(CancellationToken cancellationToken)
    {
        if (ResetMode == ResetMode.None)
        {
            if (_mustAnswer)
            {
                await Connection.ExecuteAsync(options.ValidationCommand, settings.ConnectTimeout, cancellationToken).ConfigureAwait(false);
                RecordAnswer();
            }

            return;
        }

        if (ReplacesSession)
        {
            await ReplaceAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        if (options.RollbackCommand is { } rollback)
        {
            try
            {
                await Connection.ExecuteAsync(rollback, timeout: null, cancellationToken).ConfigureAwait(false);
            }
            catch (DbException exception) when (IsNoTransaction(exception))
            {
            }
        }

        if (ResetMode == ResetMode.Full)
        {
            await Connection.ExecuteAsync(options.ResetCommand!, timeout: null, cancellationToken).ConfigureAwait(false);
        }

        if (options.ChecksForTransactions && !await TryBeginTransactionAsync(cancellationToken).ConfigureAwait(false))
        {
            await ReplaceAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override void Validate(TimeSpan timeout)
    {
        Connection.Execute(options.ValidationCommand, timeout);
        RecordAnswer();
    }

    public override async ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        await Connection.ExecuteAsync(options.ValidationCommand, timeout, cancellationToken).ConfigureAwait(false);
        RecordAnswer();
    }

    /// <summary>Gets <see langword="false"/>: an unknown driver may not survive a close during a call.</summary>
    internal override bool MayBeAborted => false;

    private void RecordAnswer() => Volatile.Write(ref _answeredAt, Environment.TickCount64);

    private bool IsNoTransaction(DbException exception) => options.IsNoTransactionFailure?.Invoke(exception) == true;

    private void ValidateFirst()
    {
        try
        {
            Connection.Execute(options.ValidationCommand, settings.ConnectTimeout);
        }
        catch (Exception exception) when (IsRefusal(exception))
        {
            throw new ValidationRefusedException(options.ValidationCommand, exception);
        }

        provider.RecordValidation();
    }

    private async ValueTask ValidateFirstAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Connection.ExecuteAsync(options.ValidationCommand, settings.ConnectTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsRefusal(exception))
        {
            throw new ValidationRefusedException(options.ValidationCommand, exception);
        }

        provider.RecordValidation();
    }

    // A statement that was answered before is right: its failure is of the moment.
    private bool IsRefusal(Exception exception) => !provider.WasValidated && exception is DbException && provider.ClassifyFailure(exception) == FailureKind.Other;

    private void Replace()
    {
        Connection.Close();
        Open();
        if (!TryBeginTransaction())
        {
            throw StillInTransaction();
        }
    }

    private async ValueTask ReplaceAsync(CancellationToken cancellationToken)
    {
        await Connection.CloseAsync().ConfigureAwait(false);
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (!await TryBeginTransactionAsync(cancellationToken).ConfigureAwait(false))
        {
            throw StillInTransaction();
        }
    }

    // DuckDB.NET 1.5.6 remembers a transaction that its holder left open when its connection is closed, and refuses
    // every later one.
    private static InvalidOperationException StillInTransaction() =>
        new("The driver refuses to begin a transaction on a connection that was closed and opened again.");

    /// <returns><see langword="false"/> when the driver refuses, because a transaction of the last holder exists.
    /// </returns>
    private bool TryBeginTransaction()
    {
        if (!_beginsTransactions)
        {
            return true;
        }

        try
        {
            Connection.BeginTransaction().Dispose();
            return true;
        }
        catch (Exception exception) when (exception is NotSupportedException or NotImplementedException)
        {
            _beginsTransactions = false;
            return true;
        }
        catch (Exception exception) when (provider.ClassifyFailure(exception) == FailureKind.Other)
        {
            return false;
        }
    }

    /// <inheritdoc cref="TryBeginTransaction"/>
    private async ValueTask<bool> TryBeginTransactionAsync(CancellationToken cancellationToken)
    {
        if (!_beginsTransactions)
        {
            return true;
        }

        try
        {
            var transaction = await Connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await transaction.DisposeAsync().ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is NotSupportedException or NotImplementedException)
        {
            _beginsTransactions = false;
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException && provider.ClassifyFailure(exception) == FailureKind.Other)
        {
            return false;
        }
    }
}
