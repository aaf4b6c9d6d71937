using FirebirdSql.Data.FirebirdClient;

namespace Cenote.ProviderTests.Profiles;

/// <summary>Firebird 3, whose transactions exist only as objects of the driver.</summary>
public sealed class FirebirdProfileTests(FirebirdLab lab) : ServerProfileSuite, IClassFixture<FirebirdLab>
{
    protected override string Driver => "FirebirdClient";

    protected override Type ConnectionType => typeof(FbConnection);

    protected override string Dual => " FROM RDB$DATABASE";

    protected override string Brief => "EXECUTE BLOCK RETURNS (i BIGINT) AS BEGIN i = 0; WHILE (i < 20000) DO i = i + 1; SUSPEND; END";

    protected override string Endless => "EXECUTE BLOCK RETURNS (i BIGINT) AS BEGIN i = 0; WHILE (1 = 1) DO i = i + 1; SUSPEND; END";

    protected override string SessionQuery => "SELECT CURRENT_CONNECTION FROM RDB$DATABASE";

    protected override (string Look, string Trace) SessionState =>
        ("SELECT coalesce(RDB$GET_CONTEXT('USER_SESSION', 'x'), 'none') FROM RDB$DATABASE",
            "EXECUTE BLOCK AS DECLARE i INTEGER; BEGIN i = RDB$SET_CONTEXT('USER_SESSION', 'x', '7'); END");

    protected override IEnumerable<string> Secrets => [lab.Server.Password, "SYSDBA"];

    protected override AdoNetProvider NewProfile(Action<AdoNetProviderOptions>? configure = null) =>
        AdoNetProvider.For(FirebirdClientFactory.Instance, lab.Server.ConnectionString, configure);

    protected override AdoNetProvider NewProfile(string password) =>
        AdoNetProvider.For(FirebirdClientFactory.Instance, new FbConnectionStringBuilder(lab.Server.ConnectionString) { Password = password }.ConnectionString);

    private protected override async Task KillAsync(long session)
    {
        await using var administrator = new FbConnection(lab.Server.ConnectionString + ";Pooling=false");
        await administrator.OpenAsync(Stop);
        await administrator.ExecuteAsync($"DELETE FROM MON$ATTACHMENTS WHERE MON$ATTACHMENT_ID = {session}");
        await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>($"SELECT count(*) FROM MON$ATTACHMENTS WHERE MON$ATTACHMENT_ID = {session}") == 0);
    }

    public override async Task A_transaction_begun_in_SQL_is_rolled_back()
    {
        await using var pool = NewPool();
        await Assert.ThrowsAsync<FbException>(() => pool.ExecuteAsync("ROLLBACK"));
    }

    [Fact]
    public async Task A_server_that_starts_again_serves_raw_leases_without_a_reset()
    {
        await using var pool = NewPool(NewProvider(), ResetMode.None, maxSize: 3);
        await pool.WarmUpAsync(3, cancellationToken: Stop);
        await lab.Server.KillAsync();
        await lab.Server.StartAsync();

        var served = 0;
        await Patience.SoonAsync(async () =>
        {
            try
            {
                served = await pool.ScalarAsync<int>(One) == 1 ? served + 1 : 0;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                served = 0;
            }

            return served == 20;
        });

        Assert.True(pool.GetStatistics().ConnectionsOpened >= 4);
    }
}
