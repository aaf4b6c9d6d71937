namespace Cenote.ProviderTests;

/// <summary>PostgreSQL cleared by the pool, with a round trip after the return.</summary>
public sealed class PostgreSqlOwnResetTests : PostgreSqlSuite
{
    protected override SessionReset? Way => SessionReset.ByPool;

    [Theory]
    [InlineData(ResetMode.Full)]
    [InlineData(ResetMode.Rollback)]
    public async Task Clearing_a_session_draws_no_warning_from_the_server(ResetMode mode)
    {
        // Without a pool, which would remove the handler at the end of a lease.
        var provider = NewProvider();
        await WithPhysicalAsync(provider, NewSettings(provider) with { SessionReset = SessionReset.ByPool, ResetMode = mode }, async (physical, _) =>
        {
            var notices = new List<string>();
            ((NpgsqlConnection)physical.Connection).Notice += (_, e) => notices.Add(e.Notice.MessageText);
            await physical.ResetSessionAsync(TestContext.Current.CancellationToken);
            await physical.Connection.ExecuteAsync("BEGIN");
            await physical.Connection.ExecuteAsync("SELECT 1");
            await physical.ResetSessionAsync(TestContext.Current.CancellationToken);
            Assert.Empty(notices);

            // The handler sees what a plain ROLLBACK would draw each time.
            await physical.Connection.ExecuteAsync("ROLLBACK");
            Assert.Single(notices);
        });
    }

    [Fact]
    public async Task Automatic_preparation_is_refused_where_every_reset_would_undo_it()
    {
        await using var provider = new PostgreSqlProvider("Host=localhost;Max Auto Prepare=10");
        var problem = Assert.Single(provider.Validate(NewSettings(provider)));
        Assert.Contains("Max Auto Prepare", problem, StringComparison.Ordinal);
        Assert.Empty(provider.Validate(NewSettings(provider) with { ResetMode = ResetMode.Rollback }));
    }
}
