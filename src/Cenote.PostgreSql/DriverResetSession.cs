using Cenote.Providers;
using Npgsql;

namespace Cenote.PostgreSql;

/// <summary>One session that Npgsql resets: together with the next command, so without a round trip of its own.</summary>
internal abstract class DriverResetSession(NpgsqlConnection session, ConnectionSettings settings, PoolerTraits pooler, OpeningAnswers answers)
    : DriverResetConnection(session)
{
    // On older servers a reset loses the role that ALTER ROLE … SET role gives new sessions. Such a session is put right with a round trip
    // after the return, and waits for its next holder open.
    //
    // Behind a proxy the process is asked for after the 2nd, 4th, 8th … lease, in the same way.
    private readonly Backend _backend = new(settings, pooler, answers);
    private int _process;
    private NpgsqlHandlers _handlers;

    /// <summary>Whether the session is alive as far as the driver knows, and the one that was opened for the slot.</summary>
    public override bool IsUsable => Session.IsStill(_process);

    /// <inheritdoc/>
    public override bool ClearsInline => !_backend.StartsInRole && !_backend.IsCheckDue;

    /// <summary>What <c>idle_session_timeout</c> is for this session, from PostgreSQL 14 on.</summary>
    public override TimeSpan? ServerIdleTimeout => _backend.IdleTimeout;

    /// <inheritdoc/>
    public override bool LimitsStatements => _backend.LimitsStatements;

    protected NpgsqlConnection Session => (NpgsqlConnection)Connection;

    protected ConnectionSettings Settings => settings;

    /// <inheritdoc/>
    public override void Open()
    {
        Connect();
        _process = Session.ProcessID;
        Session.Ask(_backend);
    }

    /// <inheritdoc/>
    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await ConnectAsync(cancellationToken).ConfigureAwait(false);
        _process = Session.ProcessID;
        await Session.AskAsync(_backend, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void KeepHandlers()
    {
        base.KeepHandlers();
        _handlers = NpgsqlHandlers.Of(Session);
    }

    /// <inheritdoc/>
    public override void RemoveHandlers()
    {
        base.RemoveHandlers();
        _handlers.Restore(Session);
    }

    /// <inheritdoc/>
    public override void ClearSession()
    {
        var mustCheck = _backend.IsCheckDue;
        _backend.NoteLease();
        var startsInRole = _backend.StartsInRole;
        Reset();
        if (startsInRole)
        {
            PrepareLease();
            Session.Execute(SessionCommands.ResetRole);
        }

        if (mustCheck)
        {
            PrepareLease();
            Session.Check(_backend);
        }
    }

    /// <inheritdoc/>
    public override ValueTask ClearSessionAsync(CancellationToken cancellationToken)
    {
        var mustCheck = _backend.IsCheckDue;
        _backend.NoteLease();
        var startsInRole = _backend.StartsInRole;
        var resetting = ResetAsync();
        return startsInRole || mustCheck ? AfterResetAsync(resetting, startsInRole, mustCheck, cancellationToken) : new ValueTask(resetting);
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
    public override void LimitStatements(TimeSpan? limit) => Session.Execute(SessionCommands.SetLimit(limit));

    /// <inheritdoc/>
    public override ValueTask LimitStatementsAsync(TimeSpan? limit, CancellationToken cancellationToken) =>
        Session.ExecuteAsync(SessionCommands.SetLimit(limit), timeout: null, cancellationToken);

    protected abstract void Connect();

    protected abstract ValueTask ConnectAsync(CancellationToken cancellationToken);

    /// <summary>Has the driver reset the session with the next command.</summary>
    protected abstract void Reset();

    /// <inheritdoc cref="Reset"/>
    protected abstract Task ResetAsync();

    private async ValueTask AfterResetAsync(Task resetting, bool startsInRole, bool mustCheck, CancellationToken cancellationToken)
    {
        await resetting.ConfigureAwait(false);
        PrepareLease();
        if (startsInRole)
        {
            await Session.ExecuteAsync(SessionCommands.ResetRole, timeout: null, cancellationToken).ConfigureAwait(false);
        }

        if (mustCheck)
        {
            await Session.CheckAsync(_backend, timeout: null, cancellationToken).ConfigureAwait(false);
        }
    }
}
