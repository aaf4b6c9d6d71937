using Cenote.PostgreSql;

namespace Cenote.ProviderTests.PostgreSql;

/// <summary>Which connections take a session context after another process has answered.</summary>
public sealed class ServerProcessTests
{
    [Fact]
    public async Task A_login_that_named_the_process_is_not_trusted_once_another_one_answers()
    {
        await using var connection = new NpgsqlConnection(RealServers.PostgreSql);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var pooler = new PoolerTraits();
        var (changed, other) = (NewProcess(pooler), NewProcess(pooler));
        changed.RecordUsual(connection);
        other.RecordUsual(connection);
        changed.Check(connection.ProcessID);
        changed.CheckContext(0);

        changed.Check(connection.ProcessID + 1);

        Assert.Throws<NotSupportedException>(() => changed.CheckContext(0));
        Assert.Throws<NotSupportedException>(() => other.CheckContext(0));
    }

    private static ServerProcess NewProcess(PoolerTraits pooler) =>
        new(new ConnectionSettings { ConnectTimeout = TimeSpan.FromSeconds(1), ResetMode = ResetMode.Full, SessionReset = SessionReset.ByPool }, pooler, new OpeningAnswers());
}
