using Cenote.Providers;
using Npgsql;

namespace Cenote.PostgreSql;

/// <summary>One session in an Npgsql pool of its own; Npgsql sends its reset with the next command.</summary>
internal sealed class DriverResetSession(NpgsqlDataSource dataSource, ConnectionSettings settings, PoolerTraits pooler)
    : DriverResetConnection(dataSource.CreateConnection())
{
    // On older servers a reset loses the role that ALTER ROLE … SET role gives new sessions. Such a session is put right with a round trip
    // after the return, and waits for its next holder open.
    //
    // Behind a proxy the process is asked for after the 2nd, 4th, 8th … lease, in the same way.
    private readonly Backend _backend = new(settings, pooler);
    private int _process;

    /// <summary>Whether the session is alive as far as the driver knows, and the one that was opened for the slot.</summary>
    public override bool IsUsable => Session.IsStill(_process);

    private NpgsqlConnection Session => (NpgsqlConnection)Connection;

    /// <inheritdoc/>
    public override bool ClearsInline => !_backend.StartsInRole && !_backend.IsCheckDue;

    /// <inheritdoc/>
    public override void Open()
    {
        Session.Open();
        _process = Session.ProcessID;
        Session.Ask(_backend);
        ClearSession();
    }

    /// <inheritdoc/>
    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await Session.OpenAsync(cancellationToken).ConfigureAwait(false);
        _process = Session.ProcessID;
        await Session.AskAsync(_backend, cancellationToken).ConfigureAwait(false);
        await ClearSessionAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void ClearSession()
    {
        var mustCheck = _backend.IsCheckDue;
        _backend.NoteLease();
        Session.Close();
        if (!_backend.StartsInRole && !mustCheck)
        {
            return;
        }

        Session.Open();
        if (_backend.StartsInRole)
        {
            Session.Execute(SessionCommands.ResetRole);
        }

        if (mustCheck)
        {
            Session.Check(_backend);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask ClearSessionAsync(CancellationToken cancellationToken)
    {
        var mustCheck = _backend.IsCheckDue;
        _backend.NoteLease();
        await Session.CloseAsync().ConfigureAwait(false);
        if (!_backend.StartsInRole && !mustCheck)
        {
            return;
        }

        await Session.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (_backend.StartsInRole)
        {
            await Session.ExecuteAsync(SessionCommands.ResetRole, timeout: null, cancellationToken).ConfigureAwait(false);
        }

        if (mustCheck)
        {
            await Session.CheckAsync(_backend, timeout: null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override void Validate(TimeSpan timeout)
    {
        if (settings.ResetMode == ResetMode.Full)
        {
            Session.Check(_backend, timeout);
        }
        else
        {
            Session.Execute(SessionCommands.Validation, timeout);
        }
    }

    /// <inheritdoc/>
    public override ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        settings.ResetMode == ResetMode.Full
            ? Session.CheckAsync(_backend, timeout, cancellationToken)
            : Session.ExecuteAsync(SessionCommands.Validation, timeout, cancellationToken);

    /// <inheritdoc/>
    public override bool LimitsStatements => _backend.LimitsStatements;

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
