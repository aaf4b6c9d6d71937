using System.Data.Common;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cenote.DependencyInjectionTests;

/// <summary>Pools as services.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public async Task A_named_pool_is_a_keyed_service_and_in_the_registry()
    {
        await using var services = Containers.New()
            .AddConnectionPool("orders", pool => pool.UseStub())
            .AddConnectionPool("billing", pool => pool.UseStub())
            .BuildServiceProvider(validateScopes: true);

        var orders = services.GetRequiredKeyedService<ConnectionPool>("orders");

        Assert.Equal("orders", orders.Name);
        Assert.Same(orders, services.GetRequiredKeyedService<ConnectionPool>("orders"));
        Assert.Same(orders, services.GetRequiredService<PoolRegistry>()["orders"]);
        Assert.NotSame(orders, services.GetRequiredKeyedService<ConnectionPool>("billing"));
        Assert.Null(services.GetService<ConnectionPool>());
    }

    [Fact]
    public async Task The_default_pool_has_no_key_and_a_name()
    {
        await using var services = Containers.New().AddConnectionPool(pool => pool.UseStub()).BuildServiceProvider();

        var pool = services.GetRequiredService<ConnectionPool>();

        Assert.Equal("default", pool.Name);
        Assert.Same(pool, services.GetRequiredService<PoolRegistry>()["default"]);
        await using var connection = await services.GetRequiredService<DbDataSource>().OpenConnectionAsync();
        Assert.Equal(1, pool.GetStatistics().Counts.Leased);
    }

    [Fact]
    public async Task A_data_source_opens_connections_commands_and_batches_of_its_pool()
    {
        await using var services = Containers.New().AddConnectionPool("orders", pool => pool.UseStub()).BuildServiceProvider();
        var pool = services.GetRequiredKeyedService<ConnectionPool>("orders");
        var dataSource = services.GetRequiredKeyedService<DbDataSource>("orders");

        await using (var opened = await dataSource.OpenConnectionAsync())
        using (var second = dataSource.OpenConnection())
        using (var third = dataSource.CreateConnection())
        {
            third.Open();
            Assert.All((DbConnection[])[opened, second, third], connection => Assert.Same(pool, Assert.IsType<PooledConnection>(connection).Pool));
            Assert.Equal(3, pool.GetStatistics().Counts.Leased);
        }

        using (var command = dataSource.CreateCommand("SELECT 1"))
        {
            Assert.Equal("SELECT 1", command.CommandText);
            await command.ExecuteScalarAsync();
        }

        Assert.Equal(pool.ConnectionString, dataSource.ConnectionString);
        Assert.Equal(0, pool.GetStatistics().Counts.Leased);
    }

    [Theory]
    [InlineData("orders", "orders")]
    [InlineData("orders", "Orders")]
    [InlineData("default", null)]
    [InlineData(null, null)]
    public void A_name_that_is_taken_is_refused_where_it_is_registered(string? first, string? second)
    {
        var services = Add(new ServiceCollection(), first);

        var refusal = Assert.Throws<ArgumentException>(() => Add(services, second));

        Assert.Contains($"'{second ?? "default"}'", refusal.Message, StringComparison.Ordinal);

        static IServiceCollection Add(IServiceCollection services, string? name) =>
            name is null ? services.AddConnectionPool(pool => pool.UseStub()) : services.AddConnectionPool(name, pool => pool.UseStub());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a:b")]
    [InlineData("a\nb")]
    public void A_name_that_cannot_be_one_is_refused_where_it_is_registered(string name) =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddConnectionPool(name, pool => pool.UseStub()));

    [Fact]
    public async Task A_pool_is_constructed_on_first_request_and_may_use_other_services()
    {
        var constructed = new List<string>();
        await using var services = Containers.New()
            .AddConnectionPool("secrets", pool => Note("secrets", pool))
            .AddConnectionPool("orders", (provider, pool) => Note(provider.GetRequiredKeyedService<ConnectionPool>("secrets").Name + ", orders", pool))
            .AddConnectionPool("unused", pool => Note("unused", pool))
            .BuildServiceProvider();

        var registry = services.GetRequiredService<PoolRegistry>();
        Assert.Equal("orders secrets unused", string.Join(' ', registry.Names));
        Assert.Empty(constructed);

        services.GetRequiredKeyedService<ConnectionPool>("orders");
        Assert.Equal("secrets; secrets, orders", string.Join("; ", constructed));

        void Note(string what, ConnectionPoolBuilder pool)
        {
            constructed.Add(what);
            pool.UseStub();
        }
    }

    [Fact]
    public async Task A_logger_that_needs_the_pool_is_reported_as_a_circular_dependency()
    {
        await using var services = Containers.New()
            .AddConnectionPool("logs", pool => pool.UseStub())
            .AddSingleton<ILoggerProvider>(provider => new DatabaseLogs(provider.GetRequiredKeyedService<ConnectionPool>("logs")))
            .BuildServiceProvider();

        // On a thread of its own: what goes round and round must not take the other tests with it.
        var asking = Task.Factory.StartNew(() => services.GetRequiredKeyedService<ConnectionPool>("logs"), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => asking.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("'logs' is requested during its own construction", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_checks_everything_finds_nothing_and_scopes_leave_pools_open()
    {
        await using var services = Containers.New()
            .AddConnectionPool("a", pool => pool.UseStub())
            .AddConnectionPool("b", pool => pool.UseStub())
            .AddConnectionPool(pool => pool.UseStub())
            .AddScoped<Client>()
            .AddTransient<Client>()
            .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        await using (var scope = services.CreateAsyncScope())
        {
            scope.ServiceProvider.GetRequiredService<Client>();
            Assert.Equal(2, scope.ServiceProvider.GetServices<Client>().Count());
        }

        Assert.Equal("a b", string.Join(' ', services.GetKeyedServices<ConnectionPool>(KeyedService.AnyKey).Select(pool => pool.Name)));
        Assert.Equal("default", Assert.Single(services.GetServices<ConnectionPool>()).Name);
        Assert.Single(services.GetServices<DbDataSource>());
        Assert.All(services.GetRequiredService<PoolRegistry>().Pools, pool => Assert.False(Containers.IsClosed(pool)));
    }

    [Fact]
    public async Task The_first_use_reports_invalid_settings_and_a_missing_connection_string()
    {
        await using var services = Containers.New()
            .AddConnectionPool("orders", pool => pool.UseStub().WithSize(5, 2))
            .AddConnectionPool("billing", pool => Cenote.SqlitePoolBuilderExtensions.UseSqlite(pool))
            .BuildServiceProvider();

        Assert.Throws<PoolOptionsException>(() => services.GetRequiredKeyedService<ConnectionPool>("orders"));
        var missing = Assert.Throws<InvalidOperationException>(() => services.GetRequiredKeyedService<ConnectionPool>("billing"));
        Assert.Contains("ConnectionStrings:billing", missing.Message, StringComparison.Ordinal);
    }

    private sealed class Client([FromKeyedServices("a")] ConnectionPool pool, DbDataSource dataSource) : IDisposable
    {
        public void Dispose()
        {
            using var first = pool.OpenConnection();
            using var second = dataSource.OpenConnection();
        }
    }

    private sealed class DatabaseLogs(ConnectionPool pool) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => NullLogger.Instance;

        public void Dispose() => pool.Dispose();
    }
}
