using System.Globalization;

namespace Cenote.AdoNetTests;

/// <summary>Data adapters and command builders of a pool's factory.</summary>
public class DataAdapterTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task Adapter_fills_and_returns_the_connection_that_it_opened(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var table = await TestTable.CreateAsync(pool, rows: 3);
        await using var connection = pool.CreateConnection();
        using var adapter = AdapterFor(pool, connection, $"SELECT id, name, price FROM {table.Name} ORDER BY id");
        using var data = new DataTable();
        Assert.Equal(3, adapter.Fill(data));
        Assert.Equal("n2", data.Rows[1]["name"]);
        using var set = new DataSet { Locale = CultureInfo.InvariantCulture };
        Assert.Equal(3, adapter.Fill(set));
        using var schema = new DataTable();
        adapter.FillSchema(schema, SchemaType.Source);
        Assert.Equal("id name price", string.Join(' ', schema.Columns.Cast<DataColumn>().Select(column => column.ColumnName)));
        if (db != Db.Sqlite)
        {
            Assert.Equal("id", Assert.Single(schema.PrimaryKey).ColumnName);
        }

        Assert.Equal(ConnectionState.Closed, connection.State);
        Assert.Equal(0, pool.GetStatistics().Counts.Leased);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Adapter_writes_with_commands_of_its_own(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var table = await TestTable.CreateAsync(pool, rows: 2);
        await using var connection = await pool.OpenConnectionAsync();
        using var adapter = AdapterFor(pool, connection, $"SELECT id, name, price FROM {table.Name} ORDER BY id");
        adapter.InsertCommand = Command(connection, $"INSERT INTO {table.Name} (id, name, price) VALUES (@id, @name, @price)", "id", "name", "price");
        adapter.UpdateCommand = Command(connection, $"UPDATE {table.Name} SET name = @name WHERE id = @id", "name", "id");
        adapter.DeleteCommand = Command(connection, $"DELETE FROM {table.Name} WHERE id = @id", "id");
        Change(adapter);
        await connection.CloseAsync();
        await AssertChangedAsync(table);
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task Command_builder_writes_the_commands(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var table = await TestTable.CreateAsync(pool, rows: 2);
        await using var connection = await pool.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            using var adapter = AdapterFor(pool, connection, $"SELECT id, name, price FROM {table.Name} ORDER BY id");
            adapter.SelectCommand!.Transaction = transaction;
            using var builder = pool.ProviderFactory.CreateCommandBuilder()!;
            using var driver = pool.Provider.Factory.CreateCommandBuilder()!;
            builder.DataAdapter = adapter;
            Assert.Equal(driver.QuoteIdentifier("a b"), builder.QuoteIdentifier("a b"));
            Assert.Equal("a b", builder.UnquoteIdentifier(driver.QuoteIdentifier("a b")));
            Assert.IsType<PooledCommand>(builder.GetInsertCommand());
            Assert.Contains(driver.QuoteIdentifier("name"), builder.GetUpdateCommand(useColumnsForParameterNames: true).CommandText, StringComparison.Ordinal);
            builder.RefreshSchema();
            Change(adapter);
            await transaction.CommitAsync();
        }

        await connection.CloseAsync();
        await AssertChangedAsync(table);
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task Rows_are_written_in_batches(Db db)
    {
        await using var pool = TestPool.Create(db, configure: options => options.StatementStatistics = new StatementStatisticsOptions());
        await using var table = await TestTable.CreateAsync(pool, rows: 5);
        await using (var connection = await pool.OpenConnectionAsync())
        {
            using var adapter = AdapterFor(pool, connection, $"SELECT id, name, price FROM {table.Name} ORDER BY id");
            using var builder = pool.ProviderFactory.CreateCommandBuilder()!;
            builder.DataAdapter = adapter;
            adapter.UpdateBatchSize = 2;
            using var data = new DataTable();
            adapter.Fill(data);
            foreach (DataRow row in data.Rows)
            {
                row["name"] = $"changed {row["id"]}";
            }

            Assert.Equal(5, adapter.Update(data));
            Assert.Equal(DataRowState.Unchanged, data.Rows[4].RowState);
            data.Rows[0]["name"] = "again";
            adapter.UpdateBatchSize = 0;
            Assert.Equal(1, adapter.Update(data));
        }

        Assert.Equal(4, await table.CountAsync("name LIKE 'changed %'"));
        Assert.Equal(1, await table.CountAsync("name = 'again' AND id = 1"));

        // Five rows by two are three batches, and the last row is one more. MySqlConnector does not count the rows of a
        // batch one by one: they go one by one.
        var updates = pool.GetStatementStatistics().Where(statement => statement.Text.StartsWith("UPDATE", StringComparison.Ordinal)).ToList();
        Assert.Equal(db == Db.MariaDb ? 6 : 4, updates.Sum(statement => statement.Count));
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task A_row_changed_by_another_session_is_detected(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var table = await TestTable.CreateAsync(pool, rows: 3);
        await using var connection = await pool.OpenConnectionAsync();
        using var adapter = AdapterFor(pool, connection, $"SELECT id, name, price FROM {table.Name} ORDER BY id");
        using var builder = pool.ProviderFactory.CreateCommandBuilder()!;
        builder.DataAdapter = adapter;
        foreach (var size in new[] { 1, 10 })
        {
            using var data = new DataTable();
            adapter.UpdateBatchSize = size;
            adapter.Fill(data);
            await connection.RunAsync($"UPDATE {table.Name} SET name = 'theirs {size}' WHERE id = 2");
            data.Rows[1]["name"] = "mine";
            Assert.Throws<DBConcurrencyException>(() => adapter.Update(data));
        }
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task A_row_that_is_gone_is_found_out_though_another_of_its_batch_matched_twice(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var table = await TestTable.CreateAsync(pool, rows: 3);
        await using var connection = await pool.OpenConnectionAsync();
        await connection.RunAsync($"UPDATE {table.Name} SET price = 1.50 WHERE id = 2");
        using var adapter = AdapterFor(pool, connection, $"SELECT id, name, price FROM {table.Name} ORDER BY id");
        adapter.UpdateCommand = Command(connection, $"UPDATE {table.Name} SET name = @name WHERE price = @price", "name", "price");
        adapter.UpdateCommand.UpdatedRowSource = UpdateRowSource.None;
        adapter.UpdateBatchSize = 2;
        using var data = new DataTable();
        adapter.Fill(data);
        await connection.RunAsync($"DELETE FROM {table.Name} WHERE id = 3");
        data.Rows[0]["name"] = "twice";
        data.Rows[2]["name"] = "gone";
        var failure = Assert.Throws<DBConcurrencyException>(() => adapter.Update(data));
        Assert.Equal("gone", failure.Row!["name"]);
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task Adapters_of_others_are_refused(Db db)
    {
        await using var pool = TestPool.Create(db);
        using var builder = pool.ProviderFactory.CreateCommandBuilder()!;
        using var driver = pool.Provider.Factory.CreateDataAdapter()!;
        Assert.Throws<ArgumentException>(() => builder.DataAdapter = driver);
    }

    private static DbDataAdapter AdapterFor(ConnectionPool pool, DbConnection connection, string query)
    {
        var adapter = pool.ProviderFactory.CreateDataAdapter()!;
        adapter.SelectCommand = pool.ProviderFactory.CreateCommand();
        adapter.SelectCommand!.CommandText = query;
        adapter.SelectCommand.Connection = connection;
        return adapter;
    }

    private static DbCommand Command(DbConnection connection, string sql, params string[] columns)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var column in columns)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@" + column;
            parameter.SourceColumn = column;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static void Change(DbDataAdapter adapter)
    {
        using var data = new DataTable();
        adapter.Fill(data);
        data.Rows[0]["name"] = "changed";
        data.Rows[1].Delete();
        data.Rows.Add(7, "new", 7.25m);
        Assert.Equal(3, adapter.Update(data));
    }

    private static async Task AssertChangedAsync(TestTable table)
    {
        Assert.Equal(2, await table.CountAsync());
        Assert.Equal(1, await table.CountAsync("id = 1 AND name = 'changed'"));
        Assert.Equal(1, await table.CountAsync("id = 7 AND name = 'new'"));
    }
}
