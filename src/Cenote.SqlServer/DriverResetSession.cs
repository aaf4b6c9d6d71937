using Cenote.Providers;
using Microsoft.Data.SqlClient;

namespace Cenote.SqlServer;

/// <summary>One session in a SqlClient pool of its own; SqlClient asks for its reset with the next holder's first request.</summary>
internal sealed class DriverResetSession(SqlConnection connection) : DriverResetConnection(connection)
{
    private SessionCommands.Origin _opened;
    private SqlServerHandlers _handlers;

    /// <summary>Whether the session is alive as far as the driver knows, and the one that was opened for the slot.</summary>
    public override bool IsUsable => Session.IsStill(_opened);

    /// <summary>False although there is no round trip: closing may block, and finding the session dead, the driver would connect.</summary>
    public override bool ClearsInline => false;

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
    public override void KeepHandlers()
    {
        base.KeepHandlers();
        _handlers = SqlServerHandlers.Of(Session);
    }

    /// <inheritdoc/>
    public override void RemoveHandlers()
    {
        base.RemoveHandlers();
        _handlers.Restore(Session);
    }

    /// <inheritdoc/>
    public override void ClearSession() => Session.Recycle(_opened);

    /// <inheritdoc/>
    public override ValueTask ClearSessionAsync(CancellationToken cancellationToken) => Session.RecycleAsync(_opened, cancellationToken);

    /// <inheritdoc/>
    public override void Validate(TimeSpan timeout) => Session.Execute(SessionCommands.Validation, timeout);

    /// <inheritdoc/>
    public override ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        Session.ExecuteAsync(SessionCommands.Validation, timeout, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CloseAsync() => Session.EndAsync();

    /// <inheritdoc/>
    public override ValueTask AbortAsync() => Session.AbortAsync();
}
