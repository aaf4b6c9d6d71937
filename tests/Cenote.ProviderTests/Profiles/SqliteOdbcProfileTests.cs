using System.Data.Odbc;

namespace Cenote.ProviderTests.Profiles;

/// <summary>SQLite through sqliteodbc.</summary>
public sealed class SqliteOdbcProfileTests : ProfileSuite, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cenote-sqliteodbc-").FullName;

    protected override string Driver => "sqliteodbc";

    protected override Type ConnectionType => typeof(OdbcConnection);

    protected override string Brief => "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r LIMIT 30000) SELECT max(n) FROM r";

    protected override string Endless => "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r";

    protected override bool LocksRows => false;

    protected override (string Look, string Trace) SessionState => ("SELECT count(*) FROM sqlite_temp_master", "CREATE TEMP TABLE traces (id INTEGER)");

    protected override string Placeholder(string name) => "?";

    protected override AdoNetProvider NewProfile(Action<AdoNetProviderOptions>? configure = null) =>
        AdoNetProvider.For(OdbcFactory.Instance, OdbcDrivers.Sqlite(Path.Combine(_directory, "shop.db")), configure);

    public void Dispose() => TemporaryFolder.Delete(_directory);

    [Fact]
    public Task A_late_cancel_does_not_reach_the_next_statement() => AssertLateCancelsMissAsync();
}
