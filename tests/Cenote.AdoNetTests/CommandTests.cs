namespace Cenote.AdoNetTests;

public class CommandTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task A_command_may_be_made_before_the_open_and_survives_close_and_open(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = (PooledConnection)pool.CreateConnection();
        await using var command = connection.Command("SELECT @a + 1");
        command.AddParameter("@a", 1);
        Assert.Throws<InvalidOperationException>(command.ExecuteScalar);

        for (var i = 1; i <= 3; i++)
        {
            await connection.OpenAsync();
            command.Parameters[0].Value = i;
            Assert.Equal(i + 1, command.ExecuteScalar().ToNumber());
            Assert.Equal(i + 1, (await command.ExecuteScalarAsync()).ToNumber());
            await connection.CloseAsync();
            Assert.Throws<InvalidOperationException>(command.ExecuteScalar);
            await Assert.ThrowsAsync<InvalidOperationException>(() => command.ExecuteScalarAsync());
        }
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_prepared_command_runs_on_after_close_and_open(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.Command("SELECT @a + 1");
        command.AddParameter("@a", 1);
        command.Prepare();
        Assert.Equal(2, command.ExecuteScalar().ToNumber());
        connection.Close();
        Assert.Throws<InvalidOperationException>(command.Prepare);
        await Assert.ThrowsAsync<InvalidOperationException>(() => command.PrepareAsync());
        connection.Open();
        Assert.Equal(2, command.ExecuteScalar().ToNumber());
        await command.PrepareAsync();
        Assert.Equal(2, command.ExecuteScalar().ToNumber());
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_command_may_move_between_connections_of_its_pool(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 2);
        await using var first = await pool.OpenConnectionAsync();
        await using var second = await pool.OpenConnectionAsync();
        await using var command = first.Command("SELECT 5");
        Assert.Equal(5, command.ExecuteScalar().ToNumber());
        command.Connection = second;
        Assert.Same(second, command.Connection);
        first.Close();
        Assert.Equal(5, command.ExecuteScalar().ToNumber());
        command.Connection = null;
        Assert.Throws<InvalidOperationException>(command.ExecuteScalar);
    }

    [Fact]
    public async Task Foreign_connections_and_transactions_are_refused()
    {
        await using var pool = TestPool.Create(Db.Sqlite, maxSize: 2);
        await using var otherPool = TestPool.Create(Db.Sqlite);
        await using var connection = await pool.OpenConnectionAsync();
        await using var sibling = await pool.OpenConnectionAsync();
        await using var stranger = await otherPool.OpenConnectionAsync();
        using var command = connection.Command("SELECT 1");

        Assert.Throws<ArgumentException>(() => command.Connection = stranger);
        Assert.Throws<ArgumentException>(() => command.Connection = connection.Unwrap<DbConnection>());
        using var strange = stranger.BeginTransaction();
        Assert.Throws<ArgumentException>(() => command.Transaction = strange);
        using (var raw = sibling.Unwrap<DbConnection>().BeginTransaction())
        {
            Assert.Throws<ArgumentException>(() => command.Transaction = raw);
        }

        using var siblings = sibling.BeginTransaction();
        command.Transaction = siblings;
        Assert.Throws<InvalidOperationException>(command.ExecuteScalar);
        command.Transaction = null;
        Assert.Equal(1, command.ExecuteScalar().ToNumber());
        Assert.Same(connection, command.Connection);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Properties_and_parameters_are_the_drivers(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        var driver = command.Unwrap<DbCommand>();

        command.CommandText = "SELECT 1";
        command.CommandTimeout = 17;
        command.CommandType = CommandType.Text;
        command.UpdatedRowSource = UpdateRowSource.OutputParameters;
        command.DesignTimeVisible = false;
        Assert.Equal(("SELECT 1", 17, UpdateRowSource.OutputParameters, false),
            (driver.CommandText, driver.CommandTimeout, driver.UpdatedRowSource, driver.DesignTimeVisible));
        Assert.Equal((command.CommandText, command.CommandTimeout, command.CommandType), (driver.CommandText, driver.CommandTimeout, driver.CommandType));
        Assert.Same(driver.Parameters, command.Parameters);
        Assert.IsType(pool.Provider.Factory.CreateParameter()!.GetType(), command.CreateParameter());
        command.ExecuteNonQuery();
        Assert.Equal(17, driver.CommandTimeout);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task The_default_timeout_is_the_one_that_the_drivers_connection_gives(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        int expected;
        await using (var raw = connection.Unwrap<DbConnection>().CreateCommand())
        {
            expected = raw.CommandTimeout;
        }

        await using var command = connection.Command("SELECT 1");
        command.ExecuteNonQuery();
        Assert.Equal(expected, command.CommandTimeout);
        Assert.Equal(expected, command.Unwrap<DbCommand>().CommandTimeout);
        Assert.Equal(expected, connection.CreateCommand().CommandTimeout);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Undisposed_commands_do_not_pile_up_on_a_long_lease(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var references = await RunUndisposedAsync(connection, 300);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.InRange(references.Count(reference => reference.IsAlive), 0, 64);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task No_command_stays_attached_to_the_session_after_the_return(Db db)
    {
        await using var pool = TestPool.Create(db);
        var connection = await pool.OpenConnectionAsync();
        var commands = Enumerable.Range(0, 50).Select(i => connection.Command($"SELECT {i}")).ToList();
        commands.ForEach(command => command.ExecuteScalar());
        Assert.NotNull(commands[^1].Unwrap<DbCommand>().Connection);
        connection.Close();
        Assert.All(commands, command => Assert.Null(command.Unwrap<DbCommand>().Connection));
    }

    private static async Task<List<WeakReference>> RunUndisposedAsync(PooledConnection connection, int count)
    {
        var references = new List<WeakReference>();
        for (var i = 0; i < count; i++)
        {
            var command = connection.Command($"SELECT {i}");
            Assert.Equal(i, (await command.ExecuteScalarAsync()).ToNumber());
            references.Add(new WeakReference(command));
        }

        return references;
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_disposed_command_is_refused_and_its_reader_reads_on(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var command = connection.Command(Sql.Numbers(3));
        await using (var reader = await command.ExecuteReaderAsync())
        {
            Assert.True(await reader.ReadAsync());
            command.Dispose();
            Assert.True(await reader.ReadAsync());
            Assert.True(await reader.ReadAsync());
            Assert.Equal(3, reader.GetValue(0).ToNumber());
            Assert.False(await reader.ReadAsync());
        }

        Assert.Null(command.Unwrap<DbCommand>().Connection);
        Assert.Throws<ObjectDisposedException>(command.ExecuteScalar);
        await command.DisposeAsync();
        Assert.Equal(1, await connection.ReadNumberAsync("SELECT 1"));
    }
}
