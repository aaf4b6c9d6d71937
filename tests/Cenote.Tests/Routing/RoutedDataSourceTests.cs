using System.Data.Common;

namespace Cenote.Tests.Routing;

/// <summary>Connections whose pool is chosen again each time they are opened.</summary>
public sealed class RoutedDataSourceTests
{
    [Fact]
    public async Task A_connection_rents_where_the_route_leads_each_time_it_is_opened()
    {
        await using var here = await TestPool.FullAsync(1);
        await using var there = await TestPool.FullAsync(1);
        await using var route = new Switch(here.Pool);
        await using var connection = route.CreateConnection();

        await connection.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Same(here.Pool, connection.Pool);
        Assert.Equal(1, here.Counts.Leased);

        route.Target = there.Pool;
        Assert.Same(here.Pool, connection.Pool);
        await connection.CloseAsync();
        connection.Open();
        Assert.Same(there.Pool, connection.Pool);
        Assert.Equal(1, there.Counts.Leased);
        Assert.Equal(0, here.Counts.Leased);
    }

    [Fact]
    public async Task What_the_factory_makes_works_wherever_the_route_leads()
    {
        await using var here = await TestPool.FullAsync(1);
        await using var there = await TestPool.FullAsync(1);
        await using var route = new Switch(here.Pool);
        await using var connection = route.ProviderFactory.CreateConnection()!;
        Assert.Same(route.ProviderFactory, DbProviderFactories.GetFactory(connection));
        await using var command = route.ProviderFactory.CreateCommand()!;
        command.CommandText = "SELECT 1";

        route.Target = there.Pool;
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Same(there.Pool, Assert.IsType<PooledConnection>(connection).Pool);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        command.Transaction = transaction;
        command.Connection = connection;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        await using var source = route.ProviderFactory.CreateDataSource(route.ConnectionString);
        await source.DisposeAsync();
        Assert.Equal(1, there.Counts.Leased);
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        await connection.CloseAsync();
        command.Transaction = null;
        route.Target = here.Pool;
        connection.Open();
        command.ExecuteNonQuery();
        Assert.Equal(1, here.Counts.Leased);
    }

    [Fact]
    public async Task Route_within_an_ambient_transaction_joins_it_in_the_chosen_pool()
    {
        await using var here = await TestPool.FullAsync(1);
        await using var there = await TestPool.FullAsync(1);
        await using var route = new Switch(here.Pool);
        await using var connection = route.CreateConnection();
        using (var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled))
        {
            foreach (var pool in new[] { here.Pool, there.Pool, here.Pool })
            {
                route.Target = pool;
                await connection.OpenAsync(TestContext.Current.CancellationToken);
                Assert.Same(pool, connection.Pool);
                await connection.CloseAsync();
            }

            Assert.Equal((1, 1), (here.Counts.Leased, there.Counts.Leased));
            Assert.Equal((1, 1), (here.Pool.GetStatistics().Enlistments, there.Pool.GetStatistics().Enlistments));
        }

        Assert.Equal((0, 0), (here.Counts.Leased, there.Counts.Leased));
        Assert.Equal((2, 1), (here.Pool.GetStatistics().Rents, there.Pool.GetStatistics().Rents));
    }

    [Fact]
    public async Task A_command_and_its_failures_follow_its_connection_to_another_pool()
    {
        await using var here = await TestPool.FullAsync(1);
        await using var there = await TestPool.FullAsync(1);
        await using var route = new Switch(here.Pool);
        await using var connection = route.CreateConnection();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await connection.CloseAsync();

        route.Target = there.Pool;
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        there.Database.OpenSessions.Single().Kill();
        await Assert.ThrowsAsync<StubException>(() => command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        await connection.CloseAsync();

        await there.StatisticsAre(statistics => statistics.ConnectionsClosedByReason.GetValueOrDefault(CloseReason.ConnectionLost) == 1);
        Assert.Empty(here.Pool.GetStatistics().ConnectionsClosedByReason);
    }

    [Fact]
    public async Task A_command_of_the_route_itself_opens_where_the_route_leads()
    {
        await using var here = await TestPool.FullAsync(1);
        await using var there = await TestPool.FullAsync(1);
        await using var route = new Switch(here.Pool) { Target = there.Pool };
        await using var command = route.CreateCommand("SELECT 1");

        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, there.Pool.GetStatistics().Rents);
        Assert.Equal(0, here.Pool.GetStatistics().Rents);
    }

    [Fact]
    public async Task A_connection_opened_by_the_route_names_its_opener_and_opens_again_elsewhere()
    {
        await using var here = await TestPool.FullAsync(1);
        await using var there = await TestPool.FullAsync(1);
        await using var route = new Switch(here.Pool);

        await using var connection = await route.OpenConnectionAsync(TestContext.Current.CancellationToken);

        Assert.Equal(nameof(A_connection_opened_by_the_route_names_its_opener_and_opens_again_elsewhere), Assert.Single(here.Pool.GetLeases()).CallSite.MemberName);
        connection.Close();
        route.Target = there.Pool;
        connection.Open();
        Assert.Same(there.Pool, connection.Pool);
    }

    [Fact]
    public async Task A_dropped_routed_connection_returns_to_the_pool_it_was_last_opened_on()
    {
        await using var here = await TestPool.FullAsync(1);
        await using var there = await TestPool.FullAsync(1);
        await using var route = new Switch(here.Pool);
        OpenTwiceAndDrop(route, there.Pool);

        await there.StatisticsAre(statistics =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return statistics.LeasesAbandoned == 1;
        });
        Assert.Equal(0, here.Pool.GetStatistics().LeasesAbandoned);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void OpenTwiceAndDrop(Switch route, ConnectionPool second)
    {
        var connection = route.CreateConnection();
        connection.Open();
        connection.Close();
        route.Target = second;
        connection.Open();
    }
}
