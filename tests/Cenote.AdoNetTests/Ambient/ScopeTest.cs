using System.Globalization;
using System.Transactions;
using Cenote.Providers;
using MySqlConnector;
using Npgsql;

namespace Cenote.AdoNetTests.Ambient;

/// <summary>
/// A pool whose connections enlist, a table, and a connection of its own that looks at the server. At the end, neither
/// the pool nor the server may have anything of a transaction left.
/// </summary>
internal sealed class ScopeTest : IAsyncDisposable
{
    private readonly HashSet<long> _sessions = [];
    private bool _hasCounted;

    private ScopeTest(ScopeDb db, ConnectionPool pool)
    {
        Db = db;
        Pool = pool;
        Server = IsMariaDb ? new MySqlConnection(RealServers.MySql + ";Pooling=false;AutoEnlist=false") : new NpgsqlConnection(RealServers.PostgreSql + ";Pooling=false;Enlist=false");
    }

    internal ScopeDb Db { get; }

    internal ConnectionPool Pool { get; }

    internal DbConnection Server { get; }

    internal string Table { get; } = $"scope_{Guid.NewGuid():N}";

    internal bool IsMariaDb => Db is ScopeDb.MariaDb or ScopeDb.MariaDbWithoutXa;

    /// <summary>Gets whether two connections of a scope can be open at once.</summary>
    internal bool CanPrepare => Db is ScopeDb.PostgreSqlOwnReset or ScopeDb.PostgreSqlDriverReset or ScopeDb.MariaDb;

    internal string SlowQuery => Databases.SlowQuery.On(IsMariaDb ? Databases.Db.MariaDb : Databases.Db.PostgreSqlOwnReset);

    internal int Leased => Pool.GetStatistics().Counts.Leased;

    private string Sessions => string.Join(',', _sessions.Select(static session => session.ToString(CultureInfo.InvariantCulture)));

    internal static async Task<ScopeTest> CreateAsync(ScopeDb db, int maxSize = 3, Action<ConnectionPoolOptions>? configure = null)
    {
        var options = new ConnectionPoolOptions
        {
            MinSize = 0,
            MaxSize = maxSize,
            SessionReset = db switch
            {
                ScopeDb.PostgreSqlOwnReset => SessionReset.ByPool,
                ScopeDb.PostgreSqlDriverReset => SessionReset.ByDriver,
                _ => null,
            },
        };
        configure?.Invoke(options);
        var test = new ScopeTest(db, new ConnectionPool(ProviderOf(db), options));
        await test.Server.OpenAsync();
        await test.Server.RunAsync($"CREATE TABLE {test.Table} (id INT PRIMARY KEY)");
        return test;
    }

    internal static DatabaseProvider ProviderOf(ScopeDb db) => db switch
    {
        ScopeDb.MariaDb => new MySqlProvider(RealServers.MySql),
        ScopeDb.MariaDbWithoutXa => new MySqlProvider(RealServers.MySql + ";UseXaTransactions=false"),
        ScopeDb.AdoNet => new AdoNetProvider(
            NpgsqlFactory.Instance, RealServers.PostgreSql, new AdoNetProviderOptions { ConnectionStringOverrides = "Pooling=false", ResetCommand = "DISCARD ALL" }),
        _ => new PostgreSqlProvider(RealServers.PostgreSql),
    };

    internal static TransactionScope NewScope(TransactionScopeOption option = TransactionScopeOption.Required) =>
        new(option, TransactionScopeAsyncFlowOption.Enabled);

    internal async Task InsertAsync(int id)
    {
        await using var connection = await Pool.OpenConnectionAsync();
        await InsertAsync(connection, id);
    }

    internal async Task InsertAsync(DbConnection connection, int id)
    {
        await RecordAsync(connection);
        await connection.RunAsync($"INSERT INTO {Table} VALUES ({id})");
    }

    internal void Insert(DbConnection connection, int id)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"INSERT INTO {Table} VALUES ({id})";
        command.ExecuteNonQuery();
    }

    /// <summary>Returns the session's number at the server.</summary>
    internal async Task<long> RecordAsync(DbConnection connection)
    {
        var session = await connection.ReadNumberAsync(IsMariaDb ? "SELECT CONNECTION_ID()" : "SELECT pg_backend_pid()");
        _sessions.Add(session);
        return session;
    }

    internal Task KillAsync(long session) => Server.RunAsync(IsMariaDb ? $"KILL {session}" : $"SELECT pg_terminate_backend({session}, 10000)");

    /// <summary>Waits until a recorded session executes a statement. Other tests have the same statement.</summary>
    internal Task RunsAsync(string statement) => Patience.SoonAsync(async () => await Server.ReadNumberAsync(IsMariaDb
        ? $"SELECT count(*) FROM information_schema.processlist WHERE info = '{statement}' AND id IN ({Sessions})"
        : $"SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = '{statement}' AND pid IN ({Sessions})") > 0, statement);

    /// <summary>Returns what other sessions see.</summary>
    internal async Task<List<long>> ReadAsync()
    {
        await using var command = Server.CreateCommand();
        command.CommandText = $"SELECT id FROM {Table} ORDER BY id";
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<long>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetInt32(0));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await Patience.SoonAsync(() => Leased == 0, $"{Leased} leased: {Pool.GetLeaseReport()}");
        await Patience.SoonAsync(async () => await CountTransactionsAsync() == 0, "a transaction is left at the server");

        // Those of other tests, too, which end theirs.
        await Patience.SoonAsync(async () => await CountPreparedAsync() == 0, "a prepared transaction is left at the server");
        Assert.All(Pool.GetSlots(), slot => Assert.Null(slot.Lease));
        await Pool.DisposeAsync();
        await Server.RunAsync($"DROP TABLE {Table}");
        await Server.DisposeAsync();
    }

    /// <summary>Returns the number of recorded sessions that are in a transaction at the server.</summary>
    private async Task<long> CountTransactionsAsync()
    {
        if (_sessions.Count == 0)
        {
            return 0;
        }

        if (!IsMariaDb)
        {
            return await Server.ReadNumberAsync($"SELECT count(*) FROM pg_stat_activity WHERE pid IN ({Sessions}) AND state LIKE 'idle in transaction%'");
        }

        if (_hasCounted)
        {
            // A table that is read again within 0.1 s shows what it showed before. Other tests read it, too, and must
            // not keep each other from a new look.
            await Server.RunAsync("DO GET_LOCK('scope_test', 60); DO SLEEP(0.15)");
        }

        var count = await Server.ReadNumberAsync($"SELECT count(*) FROM information_schema.innodb_trx WHERE trx_mysql_thread_id IN ({Sessions})");
        if (_hasCounted)
        {
            await Server.RunAsync("DO RELEASE_LOCK('scope_test')");
        }

        _hasCounted = true;
        return count;
    }

    private async Task<int> CountPreparedAsync()
    {
        await using var command = Server.CreateCommand();
        command.CommandText = IsMariaDb ? "XA RECOVER" : $"SELECT 1 FROM pg_prepared_xacts WHERE database = current_database() AND gid LIKE '%:%/%'";
        await using var reader = await command.ExecuteReaderAsync();
        var count = 0;
        while (await reader.ReadAsync())
        {
            count++;
        }

        return count;
    }
}
