using System.Globalization;

namespace Cenote.AdoNetTests;

public class ReaderTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task Every_getter_gives_what_the_drivers_reader_gives(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var table = Sql.NewTable();
        var (binary, bytes) = db is Db.Sqlite or Db.MariaDb ? ("blob", "x'010203'") : ("bytea", @"'\x010203'");
        await connection.RunAsync($"CREATE TABLE {table} (whole int, words varchar(20), empty int, part decimal(5, 2), bytes {binary})");
        await connection.RunAsync($"INSERT INTO {table} VALUES (42, 'text', NULL, 1.5, {bytes})");
        var query = $"SELECT * FROM {table}";
        await using var raw = connection.Unwrap<DbConnection>().CreateCommand();
        raw.CommandText = query;
        Dictionary<string, string> expected;
        await using (var reader = await raw.ExecuteReaderAsync())
        {
            Assert.True(await reader.ReadAsync());
            expected = Describe(reader);
        }

        await using var command = connection.Command(query);
        await using (var reader = await command.ExecuteReaderAsync())
        {
            Assert.True(reader.HasRows);
            Assert.False(reader.IsClosed);
            Assert.True(await reader.ReadAsync());
            Assert.Equal(expected, Describe(reader));
            Assert.Equal("010203", expected["GetStream"]);
            Assert.True(await reader.IsDBNullAsync(2));
            Assert.Equal("text", await reader.GetFieldValueAsync<string>(1));
            Assert.Equal("text", reader.GetFieldValue<string>(1));
            Assert.Equal("text", await reader.GetTextReader(1).ReadToEndAsync());
            Assert.Equal(5, (await reader.GetColumnSchemaAsync()).Count);
            Assert.Equal(5, reader.GetColumnSchema().Count);
            Assert.Equal(5, (await reader.GetSchemaTableAsync())!.Rows.Count);
            Assert.False(await reader.ReadAsync());
            Assert.False(await reader.NextResultAsync());
        }

        await connection.RunAsync($"DROP TABLE {table}");
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task The_drivers_own_reader_can_be_reached_until_the_pooled_one_is_closed(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.Command("SELECT 42");
        var reader = await command.ExecuteReaderAsync();
        var driver = reader.Unwrap<DbDataReader>();
        Assert.NotSame(reader, driver);
        Assert.True(await driver.ReadAsync());
        Assert.Equal(42, Convert.ToInt32(driver.GetValue(0), CultureInfo.InvariantCulture));
        Assert.Throws<InvalidCastException>(() => reader.Unwrap<DataTableReader>());
        Assert.Same(driver, driver.Unwrap<DbDataReader>());
        Assert.Throws<InvalidCastException>(() => driver.Unwrap<DataTableReader>());
        await reader.DisposeAsync();
        Assert.Throws<InvalidOperationException>(() => reader.Unwrap<DbDataReader>());
        Assert.Equal(42, (await command.ExecuteScalarAsync()).ToNumber());
    }

    // Every public member that takes nothing, or the number of a column, and what it said or threw.
    private static Dictionary<string, string> Describe(DbDataReader reader)
    {
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        void Note(string name, Func<object?> get)
        {
            try
            {
                said[name] = Convert.ToString(get(), CultureInfo.InvariantCulture) ?? "";
            }
            catch (Exception exception)
            {
                said[name] = exception.GetType().Name;
            }
        }

        Note("Depth", () => reader.Depth);
        Note("FieldCount", () => reader.FieldCount);
        Note("VisibleFieldCount", () => reader.VisibleFieldCount);
        Note("HasRows", () => reader.HasRows);
        Note("IsClosed", () => reader.IsClosed);
        Note("RecordsAffected", () => reader.RecordsAffected);
        Note("GetOrdinal", () => reader.GetOrdinal("words"));
        Note("this[name]", () => reader["words"]);
        Note("SchemaTable", () => reader.GetSchemaTable()!.Rows.Count);
        Note("GetValues", () =>
        {
            var values = new object[5];
            return $"{reader.GetValues(values)}: {string.Join(",", values)}";
        });
        Note("GetProviderSpecificValues", () =>
        {
            var values = new object[5];
            return $"{reader.GetProviderSpecificValues(values)}: {string.Join(",", values)}";
        });
        for (var i = 0; i < 5; i++)
        {
            var column = i;
            Note($"[{i}]", () => reader[column]);
            Note($"GetValue {i}", () => reader.GetValue(column));
            Note($"GetProviderSpecificValue {i}", () => reader.GetProviderSpecificValue(column));
            Note($"GetName {i}", () => reader.GetName(column));
            Note($"GetDataTypeName {i}", () => reader.GetDataTypeName(column));
            Note($"GetFieldType {i}", () => reader.GetFieldType(column));
            Note($"GetProviderSpecificFieldType {i}", () => reader.GetProviderSpecificFieldType(column));
            Note($"IsDBNull {i}", () => reader.IsDBNull(column));
            Note($"GetBoolean {i}", () => reader.GetBoolean(column));
            Note($"GetByte {i}", () => reader.GetByte(column));
            Note($"GetChar {i}", () => reader.GetChar(column));
            Note($"GetDateTime {i}", () => reader.GetDateTime(column));
            Note($"GetDecimal {i}", () => reader.GetDecimal(column));
            Note($"GetDouble {i}", () => reader.GetDouble(column));
            Note($"GetFloat {i}", () => reader.GetFloat(column));
            Note($"GetGuid {i}", () => reader.GetGuid(column));
            Note($"GetInt16 {i}", () => reader.GetInt16(column));
            Note($"GetInt32 {i}", () => reader.GetInt32(column));
            Note($"GetInt64 {i}", () => reader.GetInt64(column));
            Note($"GetString {i}", () => reader.GetString(column));
            Note($"GetFieldValue {i}", () => reader.GetFieldValue<object>(column));
        }

        // Microsoft.Data.Sqlite brings the process down when asked for pieces of a column of another kind, or of no
        // table.
        Note("GetChars", () => reader.GetChars(1, 1, new char[4], 0, 2));
        Note("GetBytes", () => reader.GetBytes(4, 1, new byte[4], 0, 2));
        Note("GetStream", () =>
        {
            using var all = new MemoryStream();
            using var stream = reader.GetStream(4);
            stream.CopyTo(all);
            return Convert.ToHexString(all.ToArray());
        });

        return said;
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Large_values_stream(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        await using (var reader = await connection.Command(Sql.LargeBytes(db, 200_000)).ExecuteReaderAsync(CommandBehavior.SequentialAccess))
        {
            Assert.True(await reader.ReadAsync());
            await using var stream = db == Db.Sqlite ? reader.GetStream(0) : reader.GetFieldValue<Stream>(0);
            using var all = new MemoryStream();
            await stream.CopyToAsync(all);
            Assert.Equal(200_000, all.Length);
        }

        await using (var reader = await connection.Command(Sql.LargeText(db, 200_000)).ExecuteReaderAsync(CommandBehavior.SequentialAccess))
        {
            Assert.True(await reader.ReadAsync());
            using var text = reader.GetTextReader(0);
            Assert.Equal(200_000, (await text.ReadToEndAsync()).Length);
        }
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Several_results_and_enumeration_work(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        await using var reader = await connection.Command("SELECT 1; SELECT 2").ExecuteReaderAsync();
        Assert.Equal(1, Assert.Single(reader.Cast<IDataRecord>().Select(record => record.GetValue(0).ToNumber())));
        Assert.True(await reader.NextResultAsync());
        Assert.True(await reader.ReadAsync());
        Assert.Equal(2, reader.GetValue(0).ToNumber());
        Assert.False(reader.NextResult());
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task The_affected_rows_can_be_read_after_the_reader_is_closed(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var table = Sql.NewTable();
        await connection.RunAsync($"CREATE TABLE {table} (x int)");
        var reader = await connection.Command($"INSERT INTO {table} VALUES (1), (2), (3)").ExecuteReaderAsync();
        await reader.DisposeAsync();
        Assert.Equal(3, reader.RecordsAffected);
        Assert.True(reader.IsClosed);
        await connection.RunAsync($"DROP TABLE {table}");
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_data_table_loads_from_it(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        using var table = new DataTable();
        using (var reader = connection.Command(Sql.Numbers(10)).ExecuteReader())
        {
            table.Load(reader);
        }

        Assert.Equal(10, table.Rows.Count);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Closing_a_reader_that_closes_its_connection_returns_the_lease(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = (PooledConnection)pool.CreateConnection();
        DbConnection? driver = null;
        for (var i = 0; i < 5; i++)
        {
            await connection.OpenAsync();
            driver ??= connection.Unwrap<DbConnection>();
            await using var command = connection.Command("SELECT 1");
            var reader = i % 2 == 0
                ? command.ExecuteReader(CommandBehavior.CloseConnection)
                : await command.ExecuteReaderAsync(CommandBehavior.CloseConnection);
            Assert.True(await reader.ReadAsync());
            Assert.Equal(1, pool.GetStatistics().Counts.Leased);
            if (i < 2)
            {
                reader.Dispose();
            }
            else
            {
                await reader.DisposeAsync();
            }

            Assert.Equal(ConnectionState.Closed, connection.State);
            Assert.Equal(0, pool.GetStatistics().Counts.Leased);
        }

        await using var next = await pool.OpenConnectionAsync();
        Assert.Same(driver, next.Unwrap<DbConnection>());
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_failed_execution_that_was_to_close_the_connection_closes_it(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.Command("SELECT nonsense FROM nowhere");
        Assert.ThrowsAny<DbException>(() => command.ExecuteReader(CommandBehavior.CloseConnection));
        Assert.Equal(ConnectionState.Closed, connection.State);
        await connection.OpenAsync();
        await Assert.ThrowsAnyAsync<DbException>(() => command.ExecuteReaderAsync(CommandBehavior.CloseConnection));
        Assert.Equal(ConnectionState.Closed, connection.State);
        Assert.Equal(0, pool.GetStatistics().Counts.Leased);
    }
}
