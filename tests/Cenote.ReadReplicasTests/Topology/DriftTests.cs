namespace Cenote.ReadReplicasTests.Topology;

/// <summary>How far servers are behind when positions stand still, or go back.</summary>
public sealed class DriftTests
{
    [Fact]
    public async Task A_replica_that_never_comes_lags_although_the_primary_writes_nothing()
    {
        await using var test = await TestSet.CreateAsync();
        test.One.Die();
        test.Two.Reach(10);
        test.Three.Reach(9);
        test.Two.Become(ServerRole.Primary, timeline: 2);
        await test.ProbeAsync(2);

        for (var i = 0; i < 5; i++)
        {
            test.Time.Advance(TimeSpan.FromSeconds(5));
            await test.ProbeAsync();
        }

        Assert.Equal(ReplicaSetServerState.Lagging, test.Server("three").State);
    }

    [Fact]
    public async Task A_primary_that_came_back_with_an_earlier_position_makes_no_replica_lag()
    {
        await using var test = await TestSet.CreateAsync();
        foreach (var position in (long[])[100, 90])
        {
            foreach (var stub in test.Stubs)
            {
                stub.Reach(position);
            }

            await test.ProbeAsync(2);
            test.Time.Advance(TimeSpan.FromMinutes(1));
            await test.ProbeAsync(2);
        }

        Assert.All(test.Set.Servers, server => Assert.Equal(ReplicaSetServerState.Serving, server.State));
        Assert.Equal(TimeSpan.Zero, test.Server("two").Lag);
    }
}
