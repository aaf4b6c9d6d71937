using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.ProviderTests.SessionActivities;

/// <summary>
/// Chains of locks on a real server, and what the pools report of them. The pools' time is fake, so a test decides when
/// they look; the server's time is real.
/// </summary>
public abstract class LockChainSuite : IAsyncLifetime
{
    // Over before the pool queries the server again: that query would get no answer within the time that a test skips.
    private static readonly TimeSpan AcquireTimeout = TimeSpan.FromSeconds(5);

    private readonly List<ConnectionPool> _pools = [];
    private readonly string _table = Statements.UniqueName("locks");

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 30, 3, 0, 0, TimeSpan.Zero));

    /// <summary>A provider for the server, as a user with all privileges or with none.</summary>
    protected abstract DatabaseProvider NewProvider(bool isOrdinary = false);

    public virtual async ValueTask InitializeAsync()
    {
        await using var connection = await ConnectAsync();
        await connection.ExecuteAsync($"CREATE TABLE {_table} (id int PRIMARY KEY, value int NOT NULL)");
        await connection.ExecuteAsync($"INSERT INTO {_table} VALUES (1, 0), (2, 0), (3, 0)");
        await connection.ExecuteAsync($"GRANT ALL ON {_table} TO {Ordinary}");
    }

    /// <summary>The privilege that shows what sessions of others are doing.</summary>
    protected abstract string MissingRight { get; }

    protected abstract int ServerPort { get; }

    /// <summary>A provider for the server behind another port.</summary>
    protected abstract DatabaseProvider NewProvider(int port);

    /// <summary>The user without privileges, as GRANT names it.</summary>
    protected abstract string Ordinary { get; }

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in _pools)
        {
            await pool.DisposeAsync();
        }

        await using var connection = await ConnectAsync();
        await connection.ExecuteAsync($"DROP TABLE {_table}");
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Timeout_names_the_lock_of_another_pool_that_is_idle_in_a_transaction()
    {
        await using var orders = await NewPoolAsync("orders", size: 1);
        await using var reports = await NewPoolAsync("reports", size: 1);
        await using var export = await LockAsync(reports, row: 1);
        var order = StartUpdate(orders, row: 1);
        await WaitsForLockAsync();
        var waiting = orders.RentAsync(Stop).AsTask();
        var reported = await ReportAsync(orders, static lease => lease.Session is { IsWaitingForLock: true });

        var session = reported.Session!;
        Assert.Equal((SessionState.Running, "orders"), (session.State, session.PoolName));
        var blocker = Assert.Single(session.BlockedBy);
        Assert.Equal((SessionState.IdleInTransaction, "reports", false), (blocker.State, blocker.PoolName, blocker.IsWaitingForLock));
        Assert.Equal("LockAsync", blocker.CallSite.MemberName);
        Assert.True(blocker.StateDuration > TimeSpan.Zero);
        Assert.Null(session.Statement);

        Time.Advance(AcquireTimeout - TimeSpan.FromSeconds(2));
        var exception = await Assert.ThrowsAsync<PoolTimeoutException>(() => waiting);
        Assert.Matches(
            @"Held longest by LockChainSuite\.cs:\d+ \(StartUpdate\), held [\d.]+ s, running for [\d.]+ s, waiting for a lock of LockChainSuite\.cs:\d+ \(LockAsync\) of pool reports, which is idle in a transaction for [\d.]+ s\. The server was queried at 03:00:[\d.]+ UTC\.",
            exception.Message);
        Assert.True(Assert.Single(exception.LongestHolders).Session!.IsWaitingForLock);

        await Patience.SoonAsync(() => orders.GetEvents().Any(static happened => happened.Kind == PoolEventKind.SessionsBlocked));
        var recorded = Assert.Single(orders.GetEvents(), static happened => happened.Kind == PoolEventKind.SessionsBlocked);
        Assert.Contains("waiting for a lock of LockChainSuite.cs:", recorded.Message, StringComparison.Ordinal);
        await export.EndAsync();
        await order.Soon();
    }

    [Fact]
    public async Task Diagnosis_names_the_end_of_a_chain_of_locks()
    {
        await using var pool = await NewPoolAsync("orders", size: 3);
        await using var first = await LockAsync(pool, row: 1);
        await using var second = await LockAsync(pool, row: 2);
        var middle = second.StartUpdate(row: 1);
        await WaitsForLockAsync();
        var last = StartUpdate(pool, row: 2);
        await WaitsForLockAsync(count: 2);
        var waiting = pool.RentAsync(Stop).AsTask();
        var reported = await ReportAsync(pool, static lease => lease.Session is { IsWaitingForLock: true, BlockedBy: [{ IsWaitingForLock: true }] });

        var next = Assert.Single(reported.Session!.BlockedBy);
        Assert.Equal("LockAsync", next.CallSite.MemberName);
        var root = Assert.Single(next.BlockedBy);
        Assert.Equal(SessionState.IdleInTransaction, root.State);
        Assert.Matches(@"waiting for a lock of LockChainSuite\.cs:\d+ \(LockAsync\), which is running for [\d.]+ s, waiting for a lock of LockChainSuite\.cs:\d+ \(LockAsync\), which is idle in a transaction for", reported.Session.ToString());

        var finding = Assert.Single(pool.Diagnose().Findings, static finding => finding.Kind == FindingKind.LockWait);
        Assert.Contains(": locked: 2 of 3 connections wait for locks, all because of ", pool.Diagnose().Summary, StringComparison.Ordinal);
        Assert.Matches(@"^locked: 2 of 3 connections wait for locks, all because of LockChainSuite\.cs:\d+ \(LockAsync\), which is idle in a transaction for", finding.Summary);
        await first.EndAsync();
        await middle.Soon();
        await second.EndAsync();
        await last.Soon();
        (await waiting.Soon()).Dispose();
    }

    [Fact]
    public async Task Lock_of_another_application_is_named_by_its_session_and_user()
    {
        await using var pool = await NewPoolAsync("orders", size: 1);
        await using var other = await ConnectAsync();
        await using var transaction = await other.BeginTransactionAsync(Stop);
        await ExecuteAsync(transaction, UpdateOf(1));
        var order = StartUpdate(pool, row: 1);
        await WaitsForLockAsync();
        var waiting = pool.RentAsync(Stop).AsTask();
        var reported = await ReportAsync(pool, static lease => lease.Session is { IsWaitingForLock: true });

        var blocker = Assert.Single(reported.Session!.BlockedBy);
        Assert.Equal((null, false), (blocker.PoolName, blocker.CallSite.IsKnown));
        Assert.StartsWith("user cenote", blocker.Client, StringComparison.Ordinal);
        Assert.Matches($@"waiting for a lock of session {blocker.SessionId} outside this process \(user cenote, 127\.0\.0\.1\), which is idle in a transaction", reported.ToString());
        await transaction.RollbackAsync(Stop);
        await order.Soon();
        (await waiting.Soon()).Dispose();
    }

    [Fact]
    public async Task Rights_that_the_user_lacks_are_named()
    {
        await using var pool = await NewPoolAsync("orders", size: 1, provider: NewProvider(isOrdinary: true));
        await using var other = await ConnectAsync();
        await using var transaction = await other.BeginTransactionAsync(Stop);
        await ExecuteAsync(transaction, UpdateOf(1));
        var order = StartUpdate(pool, row: 1);
        await WaitsForLockAsync();
        var waiting = pool.RentAsync(Stop).AsTask();
        var reported = await ReportAsync(pool, static lease => lease.Session is not null);

        Assert.Equal(SessionState.Running, reported.Session!.State);
        Assert.DoesNotContain(reported.Session.BlockedBy, static blocker => blocker.State != SessionState.Unknown);
        Time.Advance(AcquireTimeout - TimeSpan.FromSeconds(2));
        var exception = await Assert.ThrowsAsync<PoolTimeoutException>(() => waiting);
        Assert.Matches($@" The server was queried at [\d:.]+ UTC: [^.]* unless it is granted {MissingRight}\.", exception.Message);
        await transaction.RollbackAsync(Stop);
        await order.Soon();
    }

    [Fact]
    public async Task Sessions_behind_a_translated_port_are_matched_by_id_and_address()
    {
        await using var relay = Relay.Start(ServerPort);
        await using var pool = await NewPoolAsync("orders", size: 2, provider: NewProvider(relay.Port));
        await using var export = await LockAsync(pool, row: 1);
        var order = StartUpdate(pool, row: 1);
        await WaitsForLockAsync();
        var waiting = pool.RentAsync(Stop).AsTask();
        var reported = await ReportAsync(pool, static lease => lease.Session is { IsWaitingForLock: true });

        Assert.Equal("LockAsync", Assert.Single(reported.Session!.BlockedBy).CallSite.MemberName);
        await export.EndAsync();
        await order.Soon();
        (await waiting.Soon()).Dispose();
    }

    [Fact]
    public async Task Statement_is_shown_without_literals_where_statements_are_counted()
    {
        await using var pool = await NewPoolAsync("orders", size: 1, options => options.StatementStatistics = new StatementStatisticsOptions());
        await using var reports = await NewPoolAsync("reports", size: 1);
        await using var export = await LockAsync(reports, row: 1);
        var order = StartUpdate(pool, row: 1);
        await WaitsForLockAsync();
        var waiting = pool.RentAsync(Stop).AsTask();
        var reported = await ReportAsync(pool, static lease => lease.Session is { IsWaitingForLock: true });

        Assert.Equal($"UPDATE {_table} SET value = value + ? WHERE id = ?", reported.Session!.Statement);
        Assert.Null(Assert.Single(reported.Session.BlockedBy).Statement);
        Assert.Contains($"running UPDATE {_table} SET value = value + ? WHERE id = ? for ", reported.ToString(), StringComparison.Ordinal);
        await export.EndAsync();
        await order.Soon();
        (await waiting.Soon()).Dispose();
    }

    [Fact]
    public async Task Connection_of_the_query_is_closed_and_is_not_counted_as_a_lease()
    {
        await using var relay = Relay.Start(ServerPort);
        await using var pool = await NewPoolAsync("orders", size: 1, provider: NewProvider(relay.Port));
        await using var export = await LockAsync(pool, row: 1);
        var waiting = pool.RentAsync(Stop).AsTask();
        await ReportAsync(pool, static lease => lease.Session is not null);

        await Patience.SoonAsync(() => relay.OpenConnections == 1);
        Assert.True(relay.Connections > 1);
        Assert.Equal((1, 1, 1L), (pool.GetStatistics().Counts.Total, pool.GetStatistics().Counts.Leased, pool.GetStatistics().ConnectionsOpened));
        await export.EndAsync();
        (await waiting.Soon()).Dispose();
    }

    /// <summary>The holder of a large result may do anything else before it reads on, such as to rent.</summary>
    [Fact]
    public async Task Session_whose_result_is_not_read_waits_for_its_client()
    {
        await using var pool = await NewPoolAsync("orders", size: 1);
        await using var connection = await pool.OpenConnectionAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = $"WITH RECURSIVE {_table}_rows (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM {_table}_rows WHERE n < 400) SELECT repeat('x', 1000) FROM {_table}_rows AS a, {_table}_rows AS b";
        await using var reader = await command.ExecuteReaderAsync(Stop);
        Assert.True(await reader.ReadAsync(Stop));
        await using var administrator = await ConnectAsync();
        await Patience.SoonAsync(async () => await CountUnreadAsync(administrator, _table) == 1, () => "the server does not wait");
        var waiting = pool.RentAsync(Stop).AsTask();

        var reported = await ReportAsync(pool, static lease => lease.Session is not null);

        Assert.Equal((SessionState.WaitingForClient, false), (reported.Session!.State, reported.Session.IsWaitingForLock));
        Assert.Matches(@"^running for \d+\.\d s, waiting for its client to read on or to send more$", reported.Session.ToString());
        await reader.DisposeAsync();
        await connection.DisposeAsync();
        (await waiting.Soon()).Dispose();
    }

    [Fact]
    public async Task Server_is_not_queried_when_the_diagnosis_is_off()
    {
        await using var relay = Relay.Start(ServerPort);
        await using var otherRelay = Relay.Start(ServerPort);
        await using var pool = await NewPoolAsync("orders", size: 1, static options => options.ServerDiagnosis = false, NewProvider(relay.Port));
        await using var other = await NewPoolAsync("others", size: 1, provider: NewProvider(otherRelay.Port));
        await using var export = await LockAsync(pool, row: 1);
        await using var otherExport = await LockAsync(other, row: 2);
        var waiting = pool.RentAsync(Stop).AsTask();
        var otherWaiting = other.RentAsync(Stop).AsTask();

        // The same time passes for both, and the other one is queried for meanwhile.
        await ReportAsync(other, static lease => lease.Session is not null);
        Assert.Equal((1, 2), (relay.Connections, otherRelay.Connections));
        Assert.Null(Assert.Single(pool.GetLeaseReport().Leases).Session);
        await export.EndAsync();
        await otherExport.EndAsync();
        (await waiting.Soon()).Dispose();
        (await otherWaiting.Soon()).Dispose();
    }

    /// <summary>Lets time pass until the server has reported a lease so.</summary>
    protected async Task<LeaseInfo> ReportAsync(ConnectionPool pool, Func<LeaseInfo, bool> isSo)
    {
        LeaseInfo? found = null;
        Time.Advance(TimeSpan.FromSeconds(1));
        Time.Advance(TimeSpan.FromSeconds(1));
        await Patience.SoonAsync(
            () => new ValueTask<bool>((found = pool.GetLeaseReport().Leases.FirstOrDefault(isSo)) is not null),
            () => pool.GetLeaseReport().ToString());
        return found!;
    }

    /// <summary>A connection outside every pool, as a user with all privileges.</summary>
    protected abstract DbConnection NewConnection();

    protected async Task<DbConnection> ConnectAsync()
    {
        var connection = NewConnection();
        await connection.OpenAsync(Stop);
        return connection;
    }

    protected async Task<ConnectionPool> NewPoolAsync(string name, int size, Action<ConnectionPoolOptions>? configure = null, DatabaseProvider? provider = null)
    {
        var options = new ConnectionPoolOptions
        {
            Name = name,
            MinSize = size,
            MaxSize = size,
            AcquireTimeout = AcquireTimeout,
            TimeProvider = Time,
            LoggerFactory = NullLoggerFactory.Instance,
        };
        configure?.Invoke(options);
        var pool = new ConnectionPool(provider ?? NewProvider(), options);
        _pools.Add(pool);
        await pool.WaitUntilReadyAsync(Stop);
        return pool;
    }

    /// <summary>Locks a row in a transaction that stays open.</summary>
    protected async Task<OpenTransaction> LockAsync(ConnectionPool pool, int row)
    {
        var lease = await pool.RentAsync(Stop);
        var transaction = await lease.Connection.BeginTransactionAsync(Stop);
        await ExecuteAsync(transaction, UpdateOf(row));
        return new OpenTransaction(this, lease, transaction);
    }

    protected Task StartUpdate(ConnectionPool pool, int row) => Task.Run(
        async () =>
        {
            await using var connection = (PooledConnection)await pool.OpenConnectionAsync(Stop);
            await connection.ExecuteAsync(UpdateOf(row));
        },
        Stop);

    private static async Task ExecuteAsync(DbTransaction transaction, string sql)
    {
        await using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Stop);
    }

    protected string UpdateOf(int row) => $"UPDATE {_table} SET value = value + 1 WHERE id = {row}";

    /// <summary>Completes when so many sessions wait for a lock of the test's table.</summary>
    protected abstract ValueTask<long> CountWaitingAsync(DbConnection administrator, string table);

    /// <summary>Counts the sessions that send a result of the test, which is not read.</summary>
    protected abstract ValueTask<long> CountUnreadAsync(DbConnection administrator, string table);

    protected async Task WaitsForLockAsync(int count = 1)
    {
        await using var administrator = await ConnectAsync();
        await Patience.SoonAsync(async () => await CountWaitingAsync(administrator, _table) == count, () => "the sessions do not wait");
    }

    /// <summary>A lease with a transaction that has locked a row.</summary>
    protected sealed class OpenTransaction(LockChainSuite suite, ConnectionLease lease, DbTransaction transaction) : IAsyncDisposable
    {
        public Task StartUpdate(int row) => Task.Run(() => ExecuteAsync(transaction, suite.UpdateOf(row)), Stop);

        public async Task EndAsync()
        {
            await transaction.RollbackAsync(Stop);
            lease.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            lease.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
