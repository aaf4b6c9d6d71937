namespace Cenote.Tests.Connections;

/// <summary>Connections beside the pool.</summary>
public sealed class DedicatedConnectionTests
{
    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task A_dedicated_connection_is_open_counts_for_no_size_and_ends_once(SessionReset clearing)
    {
        await using var test = await TestPool.FullAsync(1, provider: TestPool.Clearing(clearing));
        using var lease = await test.Pool.RentAsync();

        var dedicated = await test.Pool.OpenDedicatedConnectionAsync().AsTask().Soon();
        Assert.Equal(System.Data.ConnectionState.Open, dedicated.Connection.State);
        Assert.Equal(1, test.Counts.Total);
        Assert.Equal(2, test.Database.Sessions);

        await dedicated.DisposeAsync();
        await dedicated.DisposeAsync();
        Assert.Equal(1, test.Database.Sessions);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Dispose_closes_a_dedicated_connection_once(SessionReset clearing)
    {
        await using var test = await TestPool.FullAsync(1, provider: TestPool.Clearing(clearing));
        var dedicated = await test.Pool.OpenDedicatedConnectionAsync().AsTask().Soon();
        dedicated.Dispose();
        dedicated.Dispose();
        await dedicated.DisposeAsync();
        Assert.Equal(System.Data.ConnectionState.Closed, dedicated.Connection.State);
        Assert.Equal(1, test.Database.Sessions);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Connection_that_is_created_only_is_closed_and_has_the_pools_credentials(SessionReset clearing)
    {
        var asked = 0;
        await using var test = TestPool.Create(
            options => options.CredentialsProvider = _ =>
            {
                asked++;
                return new(new DatabaseCredentials("user", "secret"));
            },
            TestPool.Clearing(clearing));
        await using (var dedicated = await test.Pool.CreateDedicatedConnectionAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal(System.Data.ConnectionState.Closed, dedicated.Connection.State);
        }

        using (var dedicated = test.Pool.CreateDedicatedConnection())
        {
            Assert.Equal(System.Data.ConnectionState.Closed, dedicated.Connection.State);
        }

        Assert.Equal(2, asked);
        Assert.Equal(0, test.Counts.Total);
    }

    [Fact]
    public async Task A_closed_pool_opens_none()
    {
        var test = TestPool.Create();
        await test.DisposeAsync();
        Assert.Throws<PoolClosedException>(() => test.Pool.CreateDedicatedConnection());
        await Assert.ThrowsAsync<PoolClosedException>(() => test.Pool.CreateDedicatedConnectionAsync().AsTask());

        await Assert.ThrowsAsync<PoolClosedException>(() => test.Pool.OpenDedicatedConnectionAsync().AsTask());
    }

    [Fact]
    public async Task One_that_hangs_ends_with_its_time_and_what_still_comes_of_it_is_closed()
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(options => options.ConnectTimeout = TimeSpan.FromSeconds(5));
        test.Script.Always(StubCall.Open, StubStep.Hang(gate, honoursCancellation: false));
        var opening = test.Pool.OpenDedicatedConnectionAsync().AsTask();
        await test.Database.OpenStarted(1).Soon();

        await test.Pump(opening);
        await Assert.ThrowsAsync<TimeoutException>(() => opening);

        gate.Release();
        await test.Database.When(() => test.Database.LateSessions == 1 && test.Database.Sessions == 0).Soon();
    }

    [Fact]
    public async Task The_provider_outlives_an_open_that_comes_through_as_the_pool_closes()
    {
        var gate = new StubGate();
        var test = TestPool.Create();
        test.Script.Always(StubCall.Open, StubStep.Hang(gate, honoursCancellation: false));
        var renting = test.Pool.RentAsync().AsTask();
        await test.Database.OpenStarted(1).Soon();

        await test.Pool.DisposeAsync().Soon();
        await Assert.ThrowsAsync<PoolClosedException>(() => renting);
        Assert.Equal(0, test.Provider.Disposals);

        gate.Release();
        await test.Database.When(() => test.Provider.Disposals == 1).Soon();
        Assert.Equal(0, test.Database.Sessions);
        Assert.Empty(test.Database.Violations);
    }
}
