using System.Data.Common;

namespace Cenote.Providers;

internal sealed class AdoNetPhysicalConnection(
    DbConnection connection, ResetMode resetMode, AdoNetProviderOptions options, Func<Exception, Exception?> hide)
    : PhysicalConnection(connection, SessionReset.ByPool, resetMode)
{
    public override void Open()
    {
        try
        {
            base.Open();
        }
        catch (Exception exception) when (hide(exception) is { } shown)
        {
            throw shown;
        }
    }

    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await base.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (hide(exception) is { } shown)
        {
            throw shown;
        }
    }

    private bool _beginsTransactions = true;

    // The only reset that is right for every driver.
    private bool ReplacesSession => ResetMode == ResetMode.Full && string.IsNullOrWhiteSpace(options.ResetCommand);

    public override void ResetSession()
    {
        if (ReplacesSession)
        {
            Connection.Close();
            Open();
            ThrowIfInTransaction();
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
    }

    public override async ValueTask ResetSessionAsync(CancellationToken cancellationToken)
    {
        if (ReplacesSession)
        {
            await Connection.CloseAsync().ConfigureAwait(false);
            await OpenAsync(cancellationToken).ConfigureAwait(false);
            ThrowIfInTransaction();
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
    }

    public override void Validate(TimeSpan timeout) => Connection.Execute(options.ValidationCommand, timeout);

    public override ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        Connection.ExecuteAsync(options.ValidationCommand, timeout, cancellationToken);

    /// <summary>Gets <see langword="false"/>: an unknown driver may not survive a close during a call.</summary>
    internal override bool MayBeAborted => false;

    private bool IsNoTransaction(DbException exception) => options.IsNoTransactionFailure?.Invoke(exception) == true;

    // DuckDB.NET 1.5.6 remembers a transaction that its holder left open when its connection is closed, and refuses
    // every later one.
    private void ThrowIfInTransaction()
    {
        if (!_beginsTransactions)
        {
            return;
        }

        try
        {
            Connection.BeginTransaction().Dispose();
        }
        catch (Exception exception) when (exception is NotSupportedException or NotImplementedException)
        {
            _beginsTransactions = false;
        }
    }
}
