namespace Cenote.ProviderTests;

// The same through the safe face.
public abstract partial class ProviderSuite
{
    [Fact]
    public async Task A_pooled_connection_queries_with_parameters_and_is_reused_after_closing()
    {
        var table = await NewTableAsync("id INTEGER, name VARCHAR(20)");
        await using var pool = NewPool();
        for (var i = 0; i < 3; i++)
        {
            await using var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken);
            await using var insert = connection.CreateCommand();
            insert.CommandText = $"INSERT INTO {table} VALUES ({Placeholder("id")}, {Placeholder("name")})";
            AddParameter(insert, "id", i);
            AddParameter(insert, "name", "name " + i);
            Assert.Equal(1, await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        await using (var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await using var select = connection.CreateCommand();
            select.CommandText = $"SELECT id, name FROM {table} ORDER BY id";
            await using var reader = await select.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            for (var i = 0; i < 3; i++)
            {
                Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
                Assert.Equal("name " + i, reader.GetString(1));
            }

            Assert.False(await reader.ReadAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public void A_reopened_pooled_connection_keeps_nothing_of_its_transaction()
    {
        using var pool = NewPool();
        using var connection = pool.CreateConnection();
        var table = Statements.UniqueName("t");
        connection.Open();
        Run(connection, $"CREATE TABLE {table} (id INTEGER)");
        var transaction = connection.BeginTransaction();
        using (var command = connection.CreateCommand())
        {
            command.Transaction = transaction;
            command.CommandText = $"INSERT INTO {table} VALUES (1)";
            command.ExecuteNonQuery();
        }

        connection.Close();
        Assert.Equal(ConnectionState.Closed, connection.State);

        connection.Open();
        using var count = connection.CreateCommand();
        count.CommandText = $"SELECT count(*) FROM {table}";
        Assert.Equal(0L, Convert.ToInt64(count.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_pooled_connection_unwraps_to_the_driver_s()
    {
        await using var pool = NewPool();
        await using var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken);
        Assert.IsAssignableFrom(ConnectionType, connection.Unwrap<DbConnection>());
    }

    [Fact]
    public async Task A_command_of_the_pool_needs_no_connection()
    {
        await using var pool = NewPool();
        DbDataSource source = pool;
        await using var command = source.CreateCommand("SELECT 3" + Dual);
        Assert.Equal(3, Convert.ToInt32(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(4, await pool.ScalarAsync<int>("SELECT 4" + Dual));
    }

    [Fact]
    public async Task The_schema_of_the_driver_is_there()
    {
        await using var pool = NewPool();
        await using var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken);
        Assert.NotEmpty((await connection.GetSchemaAsync(TestContext.Current.CancellationToken)).Rows);
    }

    protected virtual string Placeholder(string name) => "@" + name;

    private static void AddParameter(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }

    private static void Run(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
