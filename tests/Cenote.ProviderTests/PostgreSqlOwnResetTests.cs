using Cenote.PostgreSql;
using Cenote.Providers;
using Npgsql;

namespace Cenote.ProviderTests;

/// <summary>PostgreSQL cleared by the pool, with a round trip after the return.</summary>
public sealed class PostgreSqlOwnResetTests : PostgreSqlSuite
{
    protected override SessionClearing? Way => SessionClearing.OwnReset;

    [Theory]
    [InlineData(ResetMode.Full)]
    [InlineData(ResetMode.Rollback)]
    public async Task Clearing_a_session_draws_no_warning_from_the_server(ResetMode mode)
    {
        await using var pool = NewPool(NewProvider(), mode);
        var notices = new List<string>();
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            lease.Unwrap<NpgsqlConnection>().Notice += (_, e) => notices.Add(e.Notice.MessageText);
        }

        await pool.ExecuteAsync("BEGIN", "SELECT 1");
        await pool.ExecuteAsync("SELECT 1");
        Assert.Empty(notices);

        // The handler does hear: what a plain ROLLBACK would draw each time.
        await pool.ExecuteAsync("ROLLBACK");
        Assert.Single(notices);
    }

    [Fact]
    public async Task Automatic_preparation_is_refused_where_every_reset_would_undo_it()
    {
        await using var provider = new PostgreSqlProvider("Host=localhost;Max Auto Prepare=10");
        var problem = Assert.Single(provider.FindProblems(NewSettings(provider)));
        Assert.Contains("Max Auto Prepare", problem, StringComparison.Ordinal);
        Assert.Empty(provider.FindProblems(NewSettings(provider) with { ResetMode = ResetMode.Rollback }));
    }
}
