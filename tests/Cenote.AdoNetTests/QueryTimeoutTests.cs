namespace Cenote.AdoNetTests;

public class QueryTimeoutTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    public static MatrixTheoryData<Db, bool> EveryWay => new(Enum.GetValues<Db>(), [true, false]);

    [Theory]
    [MemberData(nameof(EveryWay))]
    public async Task Every_way_of_executing_is_ended_at_the_limit_and_the_session_serves_on(Db db, bool isPoolWide)
    {
        await using var pool = TestPool.Create(db, configure: options => options.QueryTimeout = isPoolWide ? Short : null);
        var ways = new (string Text, Func<DbCommand, Task> Execute)[]
        {
            (SlowQuery.On(db), static command => Blocking(() => command.ExecuteNonQuery())),
            (SlowQuery.On(db), static command => command.ExecuteNonQueryAsync()),
            (SlowQuery.On(db), static command => Blocking(() => command.ExecuteScalar())),
            (SlowQuery.On(db), static command => command.ExecuteScalarAsync()),
            (SlowQuery.On(db), static command => Blocking(() => ReadAll(command))),
            (SlowQuery.On(db), ReadAllAsync),
            (SlowQuery.RowsOn(db), static command => Blocking(() => ReadAll(command))),
            (SlowQuery.RowsOn(db), ReadAllAsync),
        };
        foreach (var (text, execute) in ways)
        {
            await KeptSession.ShowAsync(pool, EndedAsync);

            async Task EndedAsync()
            {
                await using var connection = await pool.OpenConnectionAsync();
                connection.QueryTimeout = isPoolWide ? null : Short;
                await using var command = connection.Command(text);
                Check(await Assert.ThrowsAsync<QueryTimeoutException>(() => execute(command)), pool);
                await ShowServesAsync(connection);
            }
        }
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_connection_is_ended_at_its_limit_again_and_again(Db db)
    {
        await using var pool = TestPool.Create(db, configure: options => options.QueryTimeout = Short);
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.Command(SlowQuery.On(db));
        for (var i = 0; i < 3; i++)
        {
            Check(Assert.Throws<QueryTimeoutException>(() => command.ExecuteScalar()), pool);
            Check(await Assert.ThrowsAsync<QueryTimeoutException>(() => command.ExecuteScalarAsync()), pool);
        }

        await ShowServesAsync(connection);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Commands_of_the_pool_itself_are_ended_too(Db db)
    {
        await using var pool = TestPool.Create(db, configure: options => options.QueryTimeout = Short);
        await using var command = pool.CreateCommand(SlowQuery.On(db));
        Check(Assert.Throws<QueryTimeoutException>(() => command.ExecuteScalar()), pool);
        Check(await Assert.ThrowsAsync<QueryTimeoutException>(() => command.ExecuteScalarAsync()), pool);
        Assert.Equal(0, pool.GetStatistics().Counts.Leased);
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task A_batch_is_ended_as_a_whole(Db db)
    {
        await using var pool = TestPool.Create(db, configure: options => options.QueryTimeout = Short);
        await ShowEndedAsync(static batch => Blocking(() => batch.ExecuteNonQuery()));
        await ShowEndedAsync(static batch => batch.ExecuteNonQueryAsync());

        async Task ShowEndedAsync(Func<DbBatch, Task> execute)
        {
            for (var tries = 1; ; tries++)
            {
                await using var connection = await pool.OpenConnectionAsync();
                await using var batch = connection.CreateBatch();
                for (var i = 0; i < 20; i++)
                {
                    var command = batch.CreateBatchCommand();

                    // Shorter than the limit, which the server has for each statement, and none ends near the moment
                    // when the pool cancels.
                    command.CommandText = db == Db.MariaDb ? "SELECT SLEEP(0.26)" : "SELECT pg_sleep(0.26)";
                    batch.BatchCommands.Add(command);
                }

                var told = await Record.ExceptionAsync(() => execute(batch));
                if (db == Db.MariaDb && tries < 10 && (told is null or InvalidOperationException))
                {
                    // A cancel that comes between two statements can be lost, and MySqlConnector can be left with a
                    // reader without an owner. A busy machine can bring that about, but not time after time.
                    continue;
                }

                Check(Assert.IsType<QueryTimeoutException>(told), pool);
                await ShowServesAsync(connection);
                return;
            }
        }
    }

    /// <summary>Without the limit, which a busy machine may need for this, too.</summary>
    private static async Task ShowServesAsync(PooledConnection connection)
    {
        connection.QueryTimeout = Patience.Limit;
        Assert.Equal(7, await connection.ReadNumberAsync("SELECT 7"));
    }

    private static Task Blocking(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private static void Check(QueryTimeoutException told, ConnectionPool pool)
    {
        Assert.Equal(Short, told.QueryTimeout);
        Assert.Equal(pool.Name, told.PoolName);
        Assert.NotNull(told.InnerException);
        Assert.EndsWith("#query-timeout", told.HelpLink, StringComparison.Ordinal);
        Assert.DoesNotContain("SELECT", told.Message, StringComparison.OrdinalIgnoreCase);
    }

    private static void ReadAll(DbCommand command)
    {
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
        }
    }

    private static async Task ReadAllAsync(DbCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
        }
    }
}
