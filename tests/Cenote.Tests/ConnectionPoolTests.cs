namespace Cenote.Tests;

public sealed class ConnectionPoolTests
{
    [Fact]
    public async Task Constructing_a_pool_opens_the_minimum()
    {
        await using var test = TestPool.Create(options => (options.MinSize, options.MaxSize) = (3, 5));

        await test.When(counts => counts.Idle == 3);

        Assert.Equal(3, test.Database.Sessions);
        Assert.Equal(3, test.Database.Calls(StubCall.Open).Started);
        Assert.Equal(3, test.Counts.Total);
    }

    [Fact]
    public async Task Constructing_a_pool_does_not_wait_for_the_database()
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(
            options => options.MinSize = 1,
            script: new CallScript().Always(StubCall.Open, StubStep.Hang(gate)));

        Assert.Equal(0, test.Database.Sessions);
        gate.Release();
        await test.When(counts => counts.Idle == 1);
    }

    [Fact]
    public async Task A_pool_that_may_start_without_a_database_fills_itself_when_it_appears()
    {
        await using var test = TestPool.Create(
            options => options.MinSize = 2,
            script: new CallScript().Always(StubCall.Open, StubStep.Fail()));
        await test.Database.CallEnded(StubCall.Open, 1).Soon();

        test.Script.Heal(StubCall.Open);
        var ready = test.Pool.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
        await test.Pump(ready);

        Assert.Equal(2, test.Database.Sessions);
    }

    [Fact]
    public void A_pool_that_must_fail_at_start_throws_what_the_driver_said()
    {
        var database = new StubDatabase { Script = new CallScript().Always(StubCall.Open, StubStep.Fail(FailureKind.InvalidCredentials)) };

        var exception = Assert.Throws<ConnectionOpenException>(() =>
            new ConnectionPool(new StubProvider(database), new ConnectionPoolOptions { StartupMode = StartupMode.FailFast, MaxOpenRetries = 0 }));

        Assert.IsType<StubException>(exception.InnerException);
        Assert.Equal(FailureKind.InvalidCredentials, exception.Failure.Kind);
        Assert.False(exception.IsTransient);
        Assert.Equal(0, database.Sessions);
    }

    [Fact]
    public async Task A_pool_that_must_fail_at_start_has_a_connection_once_it_is_constructed()
    {
        await using var test = TestPool.Create(options => (options.MinSize, options.StartupMode) = (0, StartupMode.FailFast));

        Assert.Equal(1, test.Database.Sessions);
    }

    [Fact]
    public async Task Several_pools_share_nothing()
    {
        await using var first = await TestPool.FullAsync(1, options => options.Name = "first");
        await using var second = await TestPool.FullAsync(1, options => options.Name = "second");

        using var lease = await first.Pool.RentAsync(TestContext.Current.CancellationToken);
        using var other = await second.Pool.RentAsync(TestContext.Current.CancellationToken);
        first.Pool.Clear();

        Assert.Equal("first", first.Pool.Name);
        Assert.Equal(1, second.Counts.Leased);
        Assert.NotSame(lease.Connection, other.Connection);
        Assert.Equal(0, second.Database.Closed);
    }

    [Fact]
    public async Task The_name_of_a_pool_is_the_system_and_the_database_unless_given()
    {
        await using var pool = new ConnectionPool(new StubProvider(new StubDatabase()));

        Assert.Equal("stub/stub", pool.Name);
    }

    [Fact]
    public async Task The_minimum_is_two_and_the_maximum_ten_unless_said_otherwise()
    {
        var database = new StubDatabase();
        await using var pool = new ConnectionPool(new StubProvider(database));

        await pool.WaitUntilReadyAsync(TestContext.Current.CancellationToken).Soon();

        Assert.Equal(2, database.Sessions);
        Assert.Equal(10, pool.GetStatistics().Counts.Limit);
    }
}
