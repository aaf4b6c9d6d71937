namespace Cenote.ProviderTests.PostgreSql;

/// <summary>Calls for which Npgsql opens a connection of its own beside the leased one.</summary>
public sealed class SecondConnectionTests
{
    public static MatrixTheoryData<SessionReset, bool, bool> Ways =>
        new(Enum.GetValues<SessionReset>(), [false, true], [false, true]);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Schema_with_keys_is_read_beside_an_open_reader(SessionReset clearing, bool isPooled, bool isAsync)
    {
        await using var database = await NewDatabaseAsync();
        await using var pool = database.NewPool(clearing);
        for (var i = 0; i < 2; i++)
        {
            await UseAsync(pool, isPooled, async connection =>
            {
                await using var command = connection.CreateCommand();
                command.CommandText = "SELECT id, name FROM goods";
                await using var reader = isAsync
                    ? await command.ExecuteReaderAsync(CommandBehavior.KeyInfo, Stop)
                    : command.ExecuteReader(CommandBehavior.KeyInfo);
                var schema = isAsync ? await reader.GetSchemaTableAsync(Stop) : reader.GetSchemaTable();
                Assert.True((bool)schema!.Rows[0]["IsKey"]);
                Assert.False((bool)schema.Rows[1]["IsKey"]);
                var columns = isAsync ? await reader.GetColumnSchemaAsync(Stop) : reader.GetColumnSchema();
                Assert.True(columns[0].IsKey);
                Assert.True(isAsync ? await reader.ReadAsync(Stop) : reader.Read());
                Assert.Equal("ink", reader.GetString(1));
            });
        }

        await AssertOneSessionAsync(database, pool);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Adapter_with_keys_and_command_builder_update_a_table(SessionReset clearing)
    {
        await using var database = await NewDatabaseAsync();
        await using var pool = database.NewPool(clearing);
        await using (var lease = await pool.RentAsync(Stop))
        {
            var session = lease.Unwrap<NpgsqlConnection>();
            using var adapter = new NpgsqlDataAdapter("SELECT id, name FROM goods", session) { MissingSchemaAction = MissingSchemaAction.AddWithKey };
            using var builder = new NpgsqlCommandBuilder(adapter);
            using var table = new DataTable();
            adapter.Fill(table);
            Assert.Equal("id", Assert.Single(table.PrimaryKey).ColumnName);
            table.Rows[0]["name"] = "pen";
            Assert.Equal(1, adapter.Update(table));
        }

        Assert.Equal("pen", await pool.ScalarAsync<string>("SELECT name FROM goods"));
        await AssertOneSessionAsync(database, pool);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Clones_of_a_leased_connection_leave_no_session(SessionReset clearing)
    {
        await using var database = await NewDatabaseAsync();
        await using var pool = database.NewPool(clearing);
        await using (var lease = await pool.RentAsync(Stop))
        {
            var session = lease.Unwrap<NpgsqlConnection>();
            await ReadAsync((NpgsqlConnection)((ICloneable)session).Clone());
            await ReadAsync(session.CloneWith(session.ConnectionString));
            await ReadAsync(await session.CloneWithAsync(session.ConnectionString, Stop));
            await session.ReloadTypesAsync(Stop);
        }

        await AssertOneSessionAsync(database, pool);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Clones_log_in_with_the_password_of_the_callback(SessionReset clearing)
    {
        await using var database = await NewDatabaseAsync();
        var password = new NpgsqlConnectionStringBuilder(database.ConnectionString).Password!;
        await using var pool = database.NewPool(
            clearing,
            configure: options => options.CredentialsProvider = _ => new(new DatabaseCredentials(null, password)),
            connectionString: new NpgsqlConnectionStringBuilder(database.ConnectionString) { Password = null }.ConnectionString);
        await using (var lease = await pool.RentAsync(Stop))
        {
            var session = lease.Unwrap<NpgsqlConnection>();
            await ReadAsync((NpgsqlConnection)((ICloneable)session).Clone());
            await ReadAsync(session.CloneWith(session.ConnectionString));
        }

        await AssertOneSessionAsync(database, pool);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Clones_log_in_as_their_own_user_where_the_user_name_changes(SessionReset clearing)
    {
        await using var database = await NewDatabaseAsync();
        string[] users = [Statements.UniqueName("u"), Statements.UniqueName("u")];
        await using (var administrator = await database.ConnectAsync())
        {
            foreach (var user in users)
            {
                await administrator.ExecuteAsync($"CREATE ROLE {user} LOGIN PASSWORD 'pw-{user}'");
            }
        }

        var opens = 0;
        await using var pool = database.NewPool(clearing, maxSize: 2, options =>
        {
            options.MaxConcurrentOpens = 1;
            options.CredentialsProvider = _ =>
            {
                var user = users[opens++ % 2];
                return new(new DatabaseCredentials(user, "pw-" + user));
            };
        });
        await using var first = await pool.RentAsync(Stop);
        await using var second = await pool.RentAsync(Stop);
        foreach (var lease in new[] { first, second, first })
        {
            await using var clone = (NpgsqlConnection)((ICloneable)lease.Unwrap<NpgsqlConnection>()).Clone();
            await clone.OpenAsync(Stop);
            Assert.Equal(await lease.Connection.ScalarAsync<string>("SELECT session_user"), await clone.ScalarAsync<string>("SELECT session_user"));
        }
    }

    private static async Task<OwnDatabase> NewDatabaseAsync()
    {
        var database = await OwnDatabase.CreateAsync();
        await using var connection = await database.ConnectAsync();
        await connection.ExecuteAsync("CREATE TABLE goods (id int PRIMARY KEY, name text)");
        await connection.ExecuteAsync("INSERT INTO goods VALUES (1, 'ink')");
        return database;
    }

    private static async Task ReadAsync(NpgsqlConnection clone)
    {
        await using (clone)
        {
            await clone.OpenAsync(Stop);
            Assert.Equal("ink", await clone.ScalarAsync<string>("SELECT name FROM goods"));
        }
    }

    private static async Task UseAsync(ConnectionPool pool, bool isPooled, Func<DbConnection, Task> work)
    {
        if (isPooled)
        {
            await using var connection = await pool.OpenConnectionAsync(Stop);
            await work(connection);
        }
        else
        {
            await using var lease = await pool.RentAsync(Stop);
            await work(lease.Connection);
        }
    }

    private static async Task AssertOneSessionAsync(OwnDatabase database, ConnectionPool pool)
    {
        await database.WaitForSessionsAsync(1);
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
        Assert.Equal(1, await database.CountSessionsAsync());
    }
}
