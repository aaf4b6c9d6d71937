using Microsoft.Data.Sqlite;

namespace Cenote.AdoNetTests;

/// <summary>What tools make with the provider factory of a pool, or of its connections, works on the pool.</summary>
public class ProviderFactoryTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task Command_of_the_connections_factory_runs_once_it_has_a_connection(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var factory = DbProviderFactories.GetFactory(connection);
        Assert.Same(pool.ProviderFactory, factory);

        await using var command = factory!.CreateCommand()!;
        command.CommandText = "SELECT @a + 1";
        Assert.Null(command.Connection);
        Assert.Throws<InvalidOperationException>(() => command.ExecuteScalar());
        await Assert.ThrowsAsync<InvalidOperationException>(() => command.ExecuteScalarAsync());

        command.Connection = connection;
        var parameter = factory.CreateParameter()!;
        Assert.IsType(command.CreateParameter().GetType(), parameter);
        parameter.ParameterName = "@a";
        parameter.Value = 41;
        command.Parameters.Add(parameter);
        Assert.Equal(42, command.ExecuteScalar().ToNumber());
        Assert.Equal(42, (await command.ExecuteScalarAsync()).ToNumber());
        await using (var reader = await command.ExecuteReaderAsync())
        {
            Assert.True(await reader.ReadAsync());
            Assert.Throws<InvalidOperationException>(() => command.Connection = null);
        }

        command.Connection = null;
        Assert.Throws<InvalidOperationException>(() => command.ExecuteScalar());
        command.Connection = connection;
        Assert.Equal(42, command.ExecuteScalar().ToNumber());
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Command_runs_on_whichever_connection_it_has(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 2);
        await using var command = pool.ProviderFactory.CreateCommand()!;
        command.CommandText = "SELECT 5";
        await using var first = pool.ProviderFactory.CreateConnection()!;
        await using var second = pool.ProviderFactory.CreateConnection()!;
        await first.OpenAsync();
        command.Connection = first;
        Assert.Equal(5, command.ExecuteScalar().ToNumber());
        command.Connection = second;
        Assert.Throws<InvalidOperationException>(() => command.ExecuteScalar());
        second.Open();
        await first.CloseAsync();
        Assert.Equal(5, (await command.ExecuteScalarAsync()).ToNumber());
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Transaction_may_be_set_before_the_connection(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var table = await TestTable.CreateAsync(pool);
        await using (var connection = await pool.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = pool.ProviderFactory.CreateCommand()!;
            command.Transaction = transaction;
            command.Connection = connection;
            command.CommandText = $"INSERT INTO {table.Name} VALUES (1, 'a', 1)";
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
            await transaction.RollbackAsync();
            Assert.Throws<InvalidOperationException>(() => command.ExecuteNonQuery());
        }

        Assert.Equal(0, await table.CountAsync());
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Connections_of_others_are_refused_by_name(Db db)
    {
        await using var pool = TestPool.Create(db, configure: options => options.Name = "own");
        await using var other = TestPool.Create(db, configure: options => options.Name = "other");
        await using var command = pool.ProviderFactory.CreateCommand()!;
        await using var foreign = other.CreateConnection();
        var exception = Assert.Throws<ArgumentException>(() => command.Connection = foreign);
        Assert.Contains("'own'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'other'", exception.Message, StringComparison.Ordinal);
        await using var raw = pool.Provider.Factory.CreateConnection()!;
        Assert.Contains(raw.GetType().ToString(), Assert.Throws<ArgumentException>(() => command.Connection = raw).Message, StringComparison.Ordinal);
        Assert.Null(command.Connection);
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task Batch_runs_once_it_has_a_connection(Db db)
    {
        await using var pool = TestPool.Create(db);
        var factory = pool.ProviderFactory;
        Assert.True(factory.CanCreateBatch);
        await using var batch = factory.CreateBatch();
        for (var i = 1; i <= 2; i++)
        {
            var command = factory.CreateBatchCommand();
            command.CommandText = $"SELECT {i} + @a";
            var parameter = factory.CreateParameter()!;
            parameter.ParameterName = "@a";
            parameter.Value = 1;
            command.Parameters.Add(parameter);
            batch.BatchCommands.Add(command);
        }

        Assert.Throws<InvalidOperationException>(() => batch.ExecuteScalar());
        await using var connection = await pool.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        batch.Transaction = transaction;
        batch.Connection = connection;
        await using var reader = await batch.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.Equal(2, reader.GetValue(0).ToNumber());
        Assert.True(await reader.NextResultAsync());
        Assert.True(await reader.ReadAsync());
        Assert.Equal(3, reader.GetValue(0).ToNumber());
    }

    [Fact]
    public async Task Batches_of_a_driver_that_has_none_are_refused()
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        Assert.False(pool.ProviderFactory.CanCreateBatch);
        Assert.Throws<NotSupportedException>(() => pool.ProviderFactory.CreateBatch());
        var adapter = pool.ProviderFactory.CreateDataAdapter()!;
        Assert.Throws<NotSupportedException>(() => adapter.UpdateBatchSize = 10);
        Assert.Equal(1, adapter.UpdateBatchSize);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Connection_string_is_the_pools_or_none(Db db)
    {
        await using var pool = TestPool.Create(db);
        var factory = pool.ProviderFactory;
        var builder = factory.CreateConnectionStringBuilder()!;
        Assert.IsType(pool.Provider.Factory.CreateConnectionStringBuilder()!.GetType(), builder);
        builder.ConnectionString = pool.ConnectionString;

        await using var connection = factory.CreateConnection()!;
        connection.ConnectionString = pool.ConnectionString;
        connection.Open();
        Assert.Same(pool, Assert.IsType<PooledConnection>(connection).Pool);
        Assert.Throws<NotSupportedException>(() => connection.ConnectionString = "Data Source=elsewhere");
        Assert.Throws<NotSupportedException>(() => factory.CreateDataSource("Data Source=elsewhere"));
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Data_source_of_the_factory_may_be_disposed_of(Db db)
    {
        await using var pool = TestPool.Create(db);
        var source = pool.ProviderFactory.CreateDataSource(pool.ConnectionString);
        Assert.Equal(pool.ConnectionString, source.ConnectionString);
        await using (source)
        {
            await using (var connection = await source.OpenConnectionAsync())
            {
                Assert.Same(pool, Assert.IsType<PooledConnection>(connection).Pool);
            }

            await using var command = source.CreateCommand("SELECT 6");
            Assert.Equal(6, (await command.ExecuteScalarAsync()).ToNumber());
            if (pool.Provider.Factory.CanCreateBatch)
            {
                await using var batch = source.CreateBatch();
                var seven = batch.CreateBatchCommand();
                seven.CommandText = "SELECT 7";
                batch.BatchCommands.Add(seven);
                Assert.Equal(7, (await batch.ExecuteScalarAsync()).ToNumber());
            }
        }

        Assert.Throws<ObjectDisposedException>(() => source.CreateConnection());
        Assert.Throws<ObjectDisposedException>(() => source.CreateCommand("SELECT 1"));
        await using var still = await pool.OpenConnectionAsync();
        Assert.Equal(8, await still.ReadNumberAsync("SELECT 8"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Factory_is_found_by_a_registered_name(Db db)
    {
        await using var pool = TestPool.Create(db);
        var name = $"cenote-{Guid.NewGuid():N}";
        DbProviderFactories.RegisterFactory(name, pool.ProviderFactory);
        try
        {
            var factory = DbProviderFactories.GetFactory(name);
            Assert.Same(pool.ProviderFactory, factory);
            await using var connection = factory.CreateConnection()!;
            await connection.OpenAsync();
            Assert.Equal(3, await connection.ReadNumberAsync("SELECT 3"));
        }
        finally
        {
            DbProviderFactories.UnregisterFactory(name);
        }
    }

    [Fact]
    public async Task Abilities_are_the_drivers_except_adapters()
    {
        foreach (var db in Enum.GetValues<Db>())
        {
            await using var pool = TestPool.Create(db);
            var (factory, driver) = (pool.ProviderFactory, pool.Provider.Factory);
            Assert.Equal(driver.CanCreateBatch, factory.CanCreateBatch);
            Assert.Equal(driver.CanCreateCommandBuilder, factory.CanCreateCommandBuilder);
            Assert.Equal(driver.CanCreateCommandBuilder, factory.CreateCommandBuilder() is not null);
            Assert.Equal(driver.CanCreateDataSourceEnumerator, factory.CanCreateDataSourceEnumerator);
            Assert.True(factory.CanCreateDataAdapter);
        }
    }

    [Fact]
    public async Task Any_provider_has_a_factory()
    {
        await using var pool = new ConnectionPool(
            new AdoNetProvider(SqliteFactory.Instance, "Data Source=:memory:"), new ConnectionPoolOptions { ResetMode = ResetMode.None, MinSize = 0, MaxSize = 1 });
        await using var command = pool.ProviderFactory.CreateCommand()!;
        await using var connection = await pool.OpenConnectionAsync();
        command.CommandText = "SELECT 9";
        command.Connection = connection;
        Assert.Equal(9, command.ExecuteScalar().ToNumber());
    }
}
