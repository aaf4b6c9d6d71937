namespace Cenote.ProviderTests.SessionActivities;

/// <summary>Chains of locks on PostgreSQL.</summary>
public sealed class PostgreSqlLockChainTests : LockChainSuite
{
    protected override string Ordinary => new NpgsqlConnectionStringBuilder(RealServers.PostgreSqlOrdinary).Username!;

    protected override DatabaseProvider NewProvider(bool isOrdinary = false) => new PostgreSqlProvider(isOrdinary ? RealServers.PostgreSqlOrdinary : RealServers.PostgreSql);

    protected override string MissingRight => "pg_read_all_stats";

    protected override int ServerPort => new NpgsqlConnectionStringBuilder(RealServers.PostgreSql).Port;

    protected override DatabaseProvider NewProvider(int port) => new PostgreSqlProvider(new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Port = port }.ConnectionString);

    protected override DbConnection NewConnection() => new NpgsqlConnection(RealServers.PostgreSql + ";Pooling=false");

    protected override async ValueTask<long> CountWaitingAsync(DbConnection administrator, string table) =>
        await administrator.ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE {table} %'");

    protected override async ValueTask<long> CountUnreadAsync(DbConnection administrator, string table) =>
        await administrator.ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'ClientWrite' AND query LIKE 'WITH RECURSIVE {table}%'");
}
