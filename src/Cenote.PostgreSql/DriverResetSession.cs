namespace Cenote.PostgreSql;

/// <summary>
/// A session that Npgsql resets. The reset travels with the next command, and needs no round trip.
/// </summary>
internal abstract class DriverResetSession(NpgsqlConnection session, ConnectionSettings settings, PoolerTraits pooler, OpeningAnswers answers)
    : PostgreSqlSession(session, SessionReset.ByDriver, settings, pooler, answers)
{
    // On older servers a reset loses the role that ALTER ROLE … SET role gives new sessions. Such a session gets its
    // role back with a round trip after the return, and waits for its next holder open.
    // Behind a proxy the process is queried after the 2nd, 4th, 8th … lease, in the same way.

    /// <inheritdoc/>
    public override bool CanResetInline => !Backend.StartsInRole && !Backend.IsCheckDue;

    /// <inheritdoc/>
    public override bool RequiresLeasePreparation => true;

    /// <inheritdoc/>
    public override void ResetSession()
    {
        var mustCheck = Backend.IsCheckDue;
        Backend.RecordLease();
        var startsInRole = Backend.StartsInRole;
        Reset();
        if (startsInRole)
        {
            PrepareLease();
            Session.Execute(SessionCommands.ResetRole);
        }

        if (mustCheck)
        {
            PrepareLease();
            Session.Check(Backend);
        }
    }

    /// <inheritdoc/>
    public override ValueTask ResetSessionAsync(CancellationToken cancellationToken)
    {
        var mustCheck = Backend.IsCheckDue;
        Backend.RecordLease();
        var startsInRole = Backend.StartsInRole;
        var resetting = ResetAsync();
        return startsInRole || mustCheck ? AfterResetAsync(resetting, startsInRole, mustCheck, cancellationToken) : new ValueTask(resetting);
    }

    /// <summary>Makes the driver reset the session with the next command.</summary>
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
            await Session.CheckAsync(Backend, timeout: null, cancellationToken).ConfigureAwait(false);
        }
    }
}
