using System.Data.Odbc;
using MySqlConnector;

namespace Cenote.ProviderTests.Profiles;

/// <summary>MariaDB through its ODBC driver.</summary>
public sealed class MariaDbOdbcProfileTests : ServerProfileSuite
{
    protected override string Driver => "MariaDB ODBC";

    protected override Type ConnectionType => typeof(OdbcConnection);

    protected override string Brief => "SELECT SUM(SLEEP(0.001)) FROM information_schema.COLLATIONS WHERE ID < 12";

    protected override string Endless => "SELECT SUM(SLEEP(1)) FROM information_schema.COLLATIONS WHERE ID < 60";

    protected override string SessionQuery => "SELECT CONNECTION_ID()";

    protected override (string Look, string Trace) SessionState => ("SELECT CAST(COALESCE(@trace, 'none') AS CHAR)", "SET @trace = 'left'");

    protected override string Placeholder(string name) => "?";

    protected override string Concat(params string[] parts) => $"CONCAT({string.Join(", ", parts)})";

    protected override AdoNetProvider NewProfile(Action<AdoNetProviderOptions>? configure = null) =>
        AdoNetProvider.For(OdbcFactory.Instance, OdbcDrivers.MariaDb(), configure);

    protected override AdoNetProvider NewProfile(string password) => AdoNetProvider.For(OdbcFactory.Instance, OdbcDrivers.MariaDb(password: password));

    private protected override async Task KillAsync(long session)
    {
        await using var administrator = new MySqlConnection(RealServers.MySql + ";Pooling=false");
        await administrator.OpenAsync(Stop);
        await administrator.ExecuteAsync($"KILL {session}");
        await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>($"SELECT count(*) FROM information_schema.processlist WHERE id = {session}") == 0);
    }

    // Errors whose SQLSTATE says nothing, or something else.
    [Theory]
    [InlineData(FailureKind.Transient, "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1205")]
    [InlineData(FailureKind.TooManyConnections, "SIGNAL SQLSTATE '08004' SET MYSQL_ERRNO = 1040")]
    [InlineData(FailureKind.ReadOnlyServer, "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290, MESSAGE_TEXT = 'running with the --read-only option'")]
    [InlineData(FailureKind.Other, "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290, MESSAGE_TEXT = 'running with the --secure-file-priv option'")]
    public async Task The_number_of_the_server_counts(FailureKind expected, string statement)
    {
        await using var pool = NewPool();
        var failure = await Assert.ThrowsAsync<OdbcException>(() => pool.ExecuteAsync(statement));
        Assert.Equal(expected, pool.Provider.ClassifyFailure(failure));
    }

    [Fact]
    public Task A_late_cancel_does_not_reach_the_next_statement() => AssertLateCancelsMissAsync();
}
