using MySqlConnector;

namespace Cenote.ProviderTests.SessionActivities;

/// <summary>Chains of locks on MariaDB.</summary>
public sealed class MariaDbLockChainTests : LockChainSuite
{
    private static readonly string s_ordinary = Environment.GetEnvironmentVariable("CENOTE_TEST_MYSQL_ORDINARY")!;

    protected override string Ordinary => $"'{new MySqlConnectionStringBuilder(s_ordinary).UserID}'@'%'";

    protected override DatabaseProvider NewProvider(bool isOrdinary = false) => new MySqlProvider(isOrdinary ? s_ordinary : RealServers.MySql);

    protected override string MissingRight => "PROCESS";

    protected override int ServerPort => (int)new MySqlConnectionStringBuilder(RealServers.MySql).Port;

    protected override DatabaseProvider NewProvider(int port) => new MySqlProvider(new MySqlConnectionStringBuilder(RealServers.MySql) { Port = (uint)port }.ConnectionString);

    protected override DbConnection NewConnection() => new MySqlConnection(RealServers.MySql + ";Pooling=false");

    // The server renews the list only when it was not read for 0.1 s.
    protected override async ValueTask<long> CountWaitingAsync(DbConnection administrator, string table)
    {
        await administrator.ExecuteAsync("DO SLEEP(0.11)");
        return await administrator.ScalarAsync<long>($"SELECT count(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE 'UPDATE {table} %'");
    }

    protected override async ValueTask<long> CountUnreadAsync(DbConnection administrator, string table) =>
        await administrator.ScalarAsync<long>($"SELECT count(*) FROM information_schema.PROCESSLIST WHERE STATE = 'Writing to net' AND INFO LIKE 'WITH RECURSIVE {table}%'");
}
