namespace Cenote.Tests.Maintenance;

/// <summary>Idle connections are validated in turn, so that every dead one is found without a caller.</summary>
public sealed class KeepAliveTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 2)]
    [InlineData(50, 2)]
    [InlineData(3, 5)]
    [InlineData(50, 5)]
    [InlineData(50, 30)]
    public async Task Idle_connections_killed_at_the_server_are_found_within_two_intervals(int count, int seconds)
    {
        var interval = TimeSpan.FromSeconds(seconds);
        await using var test = await TestPool.FullAsync(count, options => options.ValidationInterval = interval);
        await PassTicks(test, seconds);

        test.Database.KillAllSessions();
        await PassTicks(test, 2 * seconds);

        await test.When(counts => counts.Idle == count);
        Assert.DoesNotContain(test.Database.OpenSessions, static session => session.IsKilled);
        Assert.Equal(count, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.ValidationFailed]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(50)]
    public async Task Every_idle_connection_is_validated_as_often_as_the_others(int count)
    {
        await using var test = await TestPool.FullAsync(count, options => options.ValidationInterval = TimeSpan.FromSeconds(2));

        await PassTicks(test, 20);

        // Twenty ticks are ten intervals: no connection is validated more often than each tick, none less often than
        // each interval.
        Assert.InRange(test.Database.Calls(StubCall.Validate).Started, 9 * count, 20 * count);
        var oldest = test.Pool.Engine.Desk.Slots.All.ToArray().Min(static slot => slot.FreshAt);
        Assert.InRange(test.Pool.Engine.Desk.Now - oldest, 0, 2_000);
    }

    [Fact]
    public async Task Not_more_than_a_quarter_is_validated_at_once_when_there_is_time()
    {
        await using var test = await TestPool.FullAsync(50, options => options.ValidationInterval = TimeSpan.FromSeconds(30));
        var gate = new StubGate();
        test.Script.Always(StubCall.Validate, StubStep.Hang(gate));

        for (var second = 0; second < 30; second++)
        {
            test.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.InRange(test.Counts.Validating, 0, 13);
        }

        Assert.Equal(13, test.Counts.Validating);
        test.Script.Heal(StubCall.Validate);
        gate.Release();
    }

    [Fact]
    public async Task Doubtful_connections_are_validated_without_a_caller_before_their_interval()
    {
        await using var test = await TestPool.FullAsync(8, options => options.ValidationInterval = TimeSpan.FromHours(1));
        var lease = await test.Pool.RentAsync();
        test.Database.KillAllSessions();
        lease.Stub().Break();
        lease.Dispose();

        await PassTicks(test, 6);

        await test.When(static counts => counts.Idle == 8);
        Assert.DoesNotContain(test.Database.OpenSessions, static session => session.IsKilled);
    }

    /// <summary>
    /// Each tick comes when the validations of the one before are over, and what they closed is replaced.
    /// </summary>
    private static async Task PassTicks(TestPool test, int ticks)
    {
        for (var tick = 0; tick < ticks; tick++)
        {
            test.Time.Advance(TimeSpan.FromSeconds(1));
            await test.When(static counts => counts is { Validating: 0, Closing: 0, Opening: 0 });
        }
    }
}
