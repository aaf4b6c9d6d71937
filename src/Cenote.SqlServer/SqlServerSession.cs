using System.Data;
using Cenote.Providers;
using Microsoft.Data.SqlClient;

namespace Cenote.SqlServer;

/// <summary>
/// A session in its own SqlClient pool. The driver requests its reset with the next statement. With
/// <see cref="SessionReset.ByPool"/> that is a statement of the pool after the return, which also restores the
/// isolation level. With <see cref="SessionReset.ByDriver"/> it is the next holder's statement.
/// </summary>
internal sealed class SqlServerSession(SqlConnection connection, ConnectionSettings settings)
    : PhysicalConnection(connection, settings.SessionReset, settings.ResetMode)
{
    private SessionCommands.Origin _opened;
    private SqlServerHandlers _handlers;
    private string _clearing = SessionCommands.ResetIsolation;
    private bool _knowsClearing;

    /// <summary>
    /// Gets whether the session is alive as far as the driver knows, and is the one that was opened for the slot.
    /// </summary>
    public override bool IsUsable => Session.IsStill(_opened);

    private SqlConnection Session => (SqlConnection)Connection;

    /// <inheritdoc/>
    public override void Open()
    {
        Session.Connect();
        _opened = Session.GetOrigin();
    }

    /// <inheritdoc/>
    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await Session.ConnectAsync(cancellationToken).ConfigureAwait(false);
        _opened = Session.GetOrigin();
    }

    /// <inheritdoc/>
    public override void SaveHandlers()
    {
        base.SaveHandlers();
        _handlers = SqlServerHandlers.Of(Session);
    }

    /// <inheritdoc/>
    public override void RemoveHandlers()
    {
        base.RemoveHandlers();
        _handlers.Restore(Session);
    }

    /// <inheritdoc/>
    public override void ResetSession()
    {
        Session.Recycle(_opened);
        if (SessionReset == SessionReset.ByDriver)
        {
            return;
        }

        try
        {
            Session.Execute(_clearing, timeout: null);
        }
        catch (SqlException exception) when (IsUnknown(exception))
        {
            _clearing = SessionCommands.Validation;
        }

        _knowsClearing = true;
    }

    /// <inheritdoc/>
    public override async ValueTask ResetSessionAsync(CancellationToken cancellationToken)
    {
        await Session.RecycleAsync(_opened, cancellationToken).ConfigureAwait(false);
        if (SessionReset == SessionReset.ByDriver)
        {
            return;
        }

        try
        {
            await Session.ExecuteAsync(_clearing, timeout: null, cancellationToken).ConfigureAwait(false);
        }
        catch (SqlException exception) when (IsUnknown(exception))
        {
            _clearing = SessionCommands.Validation;
        }

        _knowsClearing = true;
    }

    /// <inheritdoc/>
    public override void Validate(TimeSpan timeout) => Session.Execute(SessionCommands.Validation, timeout);

    /// <inheritdoc/>
    public override ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        Session.ExecuteAsync(SessionCommands.Validation, timeout, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CloseAsync() => Session.EndAsync();

    /// <inheritdoc/>
    public override ValueTask AbortAsync() => Session.AbortAsync();

    // Azure Synapse rejects the statement, and has no other level. The reset itself came first. A temporary failure
    // must not be treated as that.
    private bool IsUnknown(SqlException exception) =>
        !_knowsClearing && exception is { Number: > 0, Class: <= 16 } && Session.State == ConnectionState.Open
        && SqlServerFailures.Classify(exception) == FailureKind.Other;
}
