using System.Data.Common;

namespace Cenote.Providers;

internal sealed class AdoNetPhysicalConnection(
    DbConnection connection, ResetMode resetMode, AdoNetProviderOptions options, Func<Exception, Exception?> hide)
    : OwnResetConnection(connection, resetMode)
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

    public override void ClearSession()
    {
        if (options.RollbackCommand is { } rollback)
        {
            try
            {
                Execute(rollback, timeout: null);
            }
            catch (DbException exception) when (IsNoTransaction(exception))
            {
            }
        }

        if (ResetMode == ResetMode.Full)
        {
            Execute(options.ResetCommand!, timeout: null);
        }
    }

    public override async ValueTask ClearSessionAsync(CancellationToken cancellationToken)
    {
        if (options.RollbackCommand is { } rollback)
        {
            try
            {
                await ExecuteAsync(rollback, timeout: null, cancellationToken).ConfigureAwait(false);
            }
            catch (DbException exception) when (IsNoTransaction(exception))
            {
            }
        }

        if (ResetMode == ResetMode.Full)
        {
            await ExecuteAsync(options.ResetCommand!, timeout: null, cancellationToken).ConfigureAwait(false);
        }
    }

    public override void Validate(TimeSpan timeout) => Execute(options.ValidationCommand, timeout);

    public override ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        ExecuteAsync(options.ValidationCommand, timeout, cancellationToken);

    /// <summary>Nobody knows whether a driver that we do not know survives a close during a call.</summary>
    internal override bool MayBeAborted => false;

    private bool IsNoTransaction(DbException exception) => options.IsNoTransaction?.Invoke(exception) == true;

    private void Execute(string text, TimeSpan? timeout)
    {
        using var command = CreateCommand(text, timeout);
        command.ExecuteNonQuery();
    }

    private async ValueTask ExecuteAsync(string text, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var command = CreateCommand(text, timeout);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private DbCommand CreateCommand(string text, TimeSpan? timeout)
    {
        var command = Connection.CreateCommand();
        command.CommandText = text;
        if (timeout is { } limit)
        {
            // Drivers count in whole seconds, and take 0 for no limit.
            command.CommandTimeout = Math.Max(1, (int)Math.Ceiling(limit.TotalSeconds));
        }

        return command;
    }
}
