using System.Data.Common;

namespace Cenote.DependencyInjectionTests;

/// <summary>Pools end with their container: after everything that was given them.</summary>
public sealed class DisposalTests
{
    public static TheoryData<bool, bool> Orders() => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task A_service_with_a_pool_is_disposed_of_while_connections_can_be_rented(bool dataSourceFirst, bool isAsync)
    {
        var services = Containers.New()
            .AddConnectionPool("orders", pool => pool.UseStub())
            .AddKeyedSingleton("by data source", (provider, _) => new Client(provider.GetRequiredKeyedService<DbDataSource>("orders")))
            .AddKeyedSingleton("by pool", (provider, _) => new Client(provider.GetRequiredKeyedService<ConnectionPool>("orders")))
            .AddSingleton(provider => new Registrar(provider.GetRequiredService<PoolRegistry>()))
            .BuildServiceProvider();
        Client[] clients = [.. ((string[])["by data source", "by pool"]).OrderBy(key => key == "by pool" == dataSourceFirst).Select(services.GetRequiredKeyedService<Client>)];
        var registrar = services.GetRequiredService<Registrar>();
        var pool = services.GetRequiredKeyedService<ConnectionPool>("orders");

        if (isAsync)
        {
            await services.DisposeAsync();
        }
        else
        {
            services.Dispose();
        }

        Assert.All(clients, client => Assert.True(client.CouldOpenAtTheEnd));
        Assert.True(registrar.CouldOpenAtTheEnd);
        Assert.True(Containers.IsClosed(pool));
    }

    [Fact]
    public async Task Disposing_of_a_data_source_does_not_close_the_pool()
    {
        await using var services = Containers.New().AddConnectionPool(pool => pool.UseStub()).BuildServiceProvider();

        await using (services.GetRequiredService<DbDataSource>())
        {
        }

        (await services.GetRequiredService<ConnectionPool>().RentAsync()).Dispose();
    }

    [Fact]
    public async Task Pools_added_at_run_time_are_closed_and_unused_ones_never_constructed()
    {
        var services = Containers.New()
            .AddConnectionPool("unused", _ => throw new InvalidOperationException("constructed by the end of the container"))
            .BuildServiceProvider();
        var tenant = services.GetRequiredService<PoolRegistry>().GetOrAdd("tenant", name => new ConnectionPoolBuilder().UseStub().WithName(name).Build());

        await services.DisposeAsync();

        Assert.True(Containers.IsClosed(tenant));
    }

    private sealed class Client(DbDataSource dataSource) : IDisposable
    {
        public bool CouldOpenAtTheEnd { get; private set; }

        public void Dispose()
        {
            using var connection = dataSource.OpenConnection();
            CouldOpenAtTheEnd = connection.State == System.Data.ConnectionState.Open;
        }
    }

    private sealed class Registrar(PoolRegistry registry) : IDisposable
    {
        public bool CouldOpenAtTheEnd { get; private set; }

        public void Dispose()
        {
            using var connection = registry.OpenConnection("orders");
            CouldOpenAtTheEnd = connection.State == System.Data.ConnectionState.Open;
        }
    }
}
