using Cenote.TestServers;

namespace Cenote.SharedBudgetTests.Engines;

/// <summary>Instances that lose their grants, or the way to them, on a real PostgreSQL.</summary>
public sealed class LostGrantTests(ITestOutputHelper output)
{
    [Fact]
    public async Task An_instance_keeps_its_guaranteed_connections_without_redis()
    {
        const int Budget = 16;
        await using var redis = await RedisServer.StartNewAsync();
        await using var relay = Relay.Start(redis.Port);
        await using var fleet = new BudgetFleet(Budget);
        var whole = await fleet.StartAsync(redis.Configuration);
        var cutOff = await fleet.StartAsync(FormattableString.Invariant($"127.0.0.1:{relay.Port},abortConnect=false"));
        whole.Want(30);
        cutOff.Want(30);
        await Patience.SoonAsync(() => cutOff.Connections > 3 && whole.Connections > 3);

        relay.FallSilent();
        await Patience.SoonAsync(() => cutOff.Shared.GetStatistics().State == SharedBudgetState.Alone && cutOff.Connections == 1);

        // Two are kept for a third instance, one for its start, and up to four for the one that is cut off.
        await Patience.SoonAsync(() => whole.Connections >= Budget - 2 - 1 - 4 - 1);

        relay.Speak();
        await Patience.SoonAsync(() => cutOff.Connections > 3);
        fleet.StaysWithinItsBudget(output);
    }

    [Fact]
    public async Task Redis_that_has_lost_everything_gives_nothing_twice()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var fleet = new BudgetFleet(16);
        var first = await fleet.StartAsync(redis.Configuration);
        var second = await fleet.StartAsync(redis.Configuration);
        first.Want(30);
        await Patience.SoonAsync(() => first.Connections > 8);

        await redis.KillAsync();
        await redis.StartAsync();
        second.Want(30);
        await Patience.SoonAsync(() => second.Connections > 4 && first.Connections > 4);
        fleet.StaysWithinItsBudget(output);
    }

    [Fact]
    public async Task Grants_that_were_deleted_from_redis_give_nothing_twice()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await DeleteAsync(redis.Configuration);
    }

    [Fact]
    public Task Grants_that_were_deleted_from_the_database_give_nothing_twice() => DeleteAsync(redis: null);

    private async Task DeleteAsync(string? redis)
    {
        await using var fleet = new BudgetFleet(16);
        var first = await fleet.StartAsync(redis);
        var second = await fleet.StartAsync(redis);
        first.Want(30);
        await Patience.SoonAsync(() => first.Connections > 8);

        await (redis is null ? fleet.DeleteGrantsAsync() : fleet.DeleteGrantsAsync(redis));
        second.Want(30);
        await Patience.SoonAsync(() => second.Connections > 4 && first.Connections > 4);
        fleet.StaysWithinItsBudget(output);
    }
}
