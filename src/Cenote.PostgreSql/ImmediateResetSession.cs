namespace Cenote.PostgreSql;

/// <summary>
/// A session of a data source that all slots share. The reset is sent when the lease ends, so locks and temporary
/// tables are gone at once. The driver reads the answer together with that of the next command.
/// </summary>
internal sealed class ImmediateResetSession(SharedSource source, ConnectionSettings settings, PoolerTraits pooler)
    : PostgreSqlSession(source.CreateConnection(), SessionReset.ByPool, settings, pooler, source.Answers), IDeferrableReset, ISessionStatus
{
    private DeferringStream? _stream;

    /// <inheritdoc/>
    public bool IsAtRest => _stream is { HasDeferred: false } && NpgsqlInternals.IsAtRest(Session);

    /// <inheritdoc/>
    public override bool CanResetInline => !Backend.IsCheckDue && (ResetMode != ResetMode.Full || Backend.MayHaveOrigin is not null);

    /// <inheritdoc/>
    public override bool RequiresLeasePreparation => true;

    /// <summary>
    /// Checks the answer to the last reset if it has arrived, and refreshes the types, which another holder may have
    /// reloaded.
    /// </summary>
    public override void PrepareLease()
    {
        NpgsqlConnectionInternals.CheckReset(Session);
        NpgsqlInternals.RefreshTypes(Session);
    }

    /// <inheritdoc/>
    public override void Open()
    {
        base.Open();
        _stream = NpgsqlInternals.PutStream(Session);
    }

    /// <inheritdoc/>
    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await base.OpenAsync(cancellationToken).ConfigureAwait(false);
        _stream = NpgsqlInternals.PutStream(Session);
    }

    /// <inheritdoc/>
    public bool TryDeferReset()
    {
        if (ResetMode != ResetMode.Full || !NpgsqlInternals.IsAtRest(Session))
        {
            return false;
        }

        Backend.RecordLease();
        ResetAsync(async: false, Backend.MayHaveOrigin == true, defers: true).GetAwaiter().GetResult();
        return true;
    }

    /// <inheritdoc/>
    public void SendDeferredReset() => _stream?.SendDeferred();

    /// <inheritdoc/>
    public override void ResetSession()
    {
        var mustCheck = Backend.IsCheckDue;
        var mayHaveOrigin = Backend.MayHaveOrigin;
        Backend.RecordLease();
        ResetAsync(async: false, mayHaveOrigin == true).GetAwaiter().GetResult();
        if (ResetMode != ResetMode.Full)
        {
            return;
        }

        if (mayHaveOrigin is null)
        {
            using var command = Session.CreateCommand();
            command.CommandText = SessionCommands.OriginPrivilegeQuery;
            if (command.ExecuteScalar() is true)
            {
                Backend.RecordOrigin();
                Session.Execute(SessionCommands.ResetOrigin);
            }
        }

        if (mustCheck)
        {
            Session.Check(Backend);
        }
    }

    /// <inheritdoc/>
    public override ValueTask ResetSessionAsync(CancellationToken cancellationToken)
    {
        var mustCheck = Backend.IsCheckDue;
        var mayHaveOrigin = Backend.MayHaveOrigin;
        Backend.RecordLease();
        var resetting = ResetAsync(async: true, mayHaveOrigin == true);
        return ResetMode == ResetMode.Full && (mustCheck || mayHaveOrigin is null)
            ? AfterResetAsync(resetting, mustCheck, mayHaveOrigin, cancellationToken)
            : new ValueTask(resetting);
    }

    /// <inheritdoc/>
    public override ValueTask CloseAsync() => Session.EndAsync(source);

    /// <inheritdoc/>
    public override ValueTask AbortAsync() => Session.AbortAsync(source);

    protected override void Connect() => source.Open(Session, Settings.Credentials?.Password);

    protected override ValueTask ConnectAsync(CancellationToken cancellationToken) =>
        source.OpenAsync(Session, Settings.Credentials?.Password, cancellationToken);

    private Task ResetAsync(bool async, bool mayHaveOrigin, bool defers = false)
    {
        source.ShareTypes(Session);
        return ResetMode == ResetMode.Full
            ? NpgsqlInternals.ResetNowAsync(Session, _stream!, defers, Backend.IsDirect, Backend.StartsInRole, mayHaveOrigin, async)
            : NpgsqlInternals.ResetAsync(Session, async);
    }

    private async ValueTask AfterResetAsync(Task resetting, bool mustCheck, bool? mayHaveOrigin, CancellationToken cancellationToken)
    {
        await resetting.ConfigureAwait(false);
        if (mayHaveOrigin is null)
        {
            var command = Session.CreateCommand();
            await using (command.ConfigureAwait(false))
            {
                command.CommandText = SessionCommands.OriginPrivilegeQuery;
                if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true)
                {
                    Backend.RecordOrigin();
                    await Session.ExecuteAsync(SessionCommands.ResetOrigin, timeout: null, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        if (mustCheck)
        {
            await Session.CheckAsync(Backend, timeout: null, cancellationToken).ConfigureAwait(false);
        }
    }
}
