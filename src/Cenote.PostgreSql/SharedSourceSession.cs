namespace Cenote.PostgreSql;

/// <summary>
/// A session of a data source that all slots share. The driver's connection stays open between leases, because a
/// driver's pool would give the session to the slot that opens next.
/// </summary>
internal sealed class SharedSourceSession(SharedSource source, ConnectionSettings settings, PoolerTraits pooler)
    : DriverResetSession(source.CreateConnection(), settings, pooler, source.Answers), ISessionStatus
{
    /// <inheritdoc/>
    public bool IsAtRest => NpgsqlInternals.IsAtRest(Session);

    /// <summary>Refreshes the types, which another holder may have reloaded.</summary>
    public override void PrepareLease() => NpgsqlInternals.RefreshTypes(Session);

    /// <inheritdoc/>
    public override ValueTask CloseAsync() => Session.EndAsync(source);

    /// <inheritdoc/>
    public override ValueTask AbortAsync() => Session.AbortAsync(source);

    protected override void Connect()
    {
        source.Open(Session, Settings.Credentials?.Password);
        EnableReset();
    }

    protected override async ValueTask ConnectAsync(CancellationToken cancellationToken)
    {
        await source.OpenAsync(Session, Settings.Credentials?.Password, cancellationToken).ConfigureAwait(false);
        EnableReset();
    }

    protected override void Reset() => ResetAsync(async: false).GetAwaiter().GetResult();

    protected override Task ResetAsync() => ResetAsync(async: true);

    private Task ResetAsync(bool async)
    {
        source.ShareTypes(Session);
        return NpgsqlInternals.ResetAsync(Session, async);
    }

    private void EnableReset()
    {
        if (ResetMode == ResetMode.Full)
        {
            NpgsqlInternals.EnableReset(Session);
        }
    }
}
