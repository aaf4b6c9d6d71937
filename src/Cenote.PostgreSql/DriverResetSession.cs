using Cenote.Providers;
using Npgsql;

namespace Cenote.PostgreSql;

/// <summary>One session in an Npgsql pool of its own; Npgsql sends its reset with the next command.</summary>
internal sealed class DriverResetSession(NpgsqlDataSource dataSource, ResetMode resetMode)
    : DriverResetConnection(dataSource.CreateConnection())
{
    // On older servers a reset loses the role that ALTER ROLE … SET role gives new sessions. Such a session is put right with a round trip
    // after the return, and waits for its next holder open.
    private bool _startsInRole;
    private int _process;

    /// <summary>Whether the session is alive as far as the driver knows, and the one that was opened for the slot.</summary>
    public override bool IsUsable => Session.IsStill(_process);

    private NpgsqlConnection Session => (NpgsqlConnection)Connection;

    /// <inheritdoc/>
    public override bool ClearsInline => !_startsInRole;

    /// <inheritdoc/>
    public override void Open()
    {
        Session.Open();
        _process = Session.ProcessID;
        _startsInRole = resetMode == ResetMode.Full && Session.StartsInRole();
        ClearSession();
    }

    /// <inheritdoc/>
    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await Session.OpenAsync(cancellationToken).ConfigureAwait(false);
        _process = Session.ProcessID;
        _startsInRole = resetMode == ResetMode.Full && await Session.StartsInRoleAsync(cancellationToken).ConfigureAwait(false);
        await ClearSessionAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void ClearSession()
    {
        Session.Close();
        if (_startsInRole)
        {
            Session.Open();
            Session.Execute(SessionCommands.ResetRole);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask ClearSessionAsync(CancellationToken cancellationToken)
    {
        await Session.CloseAsync().ConfigureAwait(false);
        if (_startsInRole)
        {
            await Session.OpenAsync(cancellationToken).ConfigureAwait(false);
            await Session.ExecuteAsync(SessionCommands.ResetRole, timeout: null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override void Validate(TimeSpan timeout) => Session.Execute(SessionCommands.Validation, timeout);

    /// <inheritdoc/>
    public override ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        Session.ExecuteAsync(SessionCommands.Validation, timeout, cancellationToken);

    /// <inheritdoc/>
    public override bool LimitsStatements => true;

    /// <inheritdoc/>
    public override void LimitStatements(TimeSpan? limit) => Session.Execute(SessionCommands.SetLimit(limit));

    /// <inheritdoc/>
    public override ValueTask LimitStatementsAsync(TimeSpan? limit, CancellationToken cancellationToken) =>
        Session.ExecuteAsync(SessionCommands.SetLimit(limit), timeout: null, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask CloseAsync()
    {
        await Session.EndAsync(dataSource).ConfigureAwait(false);
        await dataSource.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask AbortAsync() => Session.AbortAsync(dataSource);
}
