namespace Cenote.Tests.Maintenance;

/// <summary>A hundred instances of an application that start at the same moment, each with a pool.</summary>
public sealed class FleetStartTests(ITestOutputHelper output)
{
    private const int Instances = 100;
    private const int Size = 5;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(600);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Instances_started_together_connect_together_only_once()
    {
        var without = await RunAsync(jitter: 0);
        var with = await RunAsync(jitter: 0.1);
        output.WriteLine($"Connects a second at most, {Instances} instances of {Size} connections: {without} without jitter, {with} with 10 %.");

        // The start itself is one wave in both: the first connections of each instance are needed at once.
        Assert.Equal((Instances * Size, Instances * Size), (without.AtStart, with.AtStart));
        Assert.InRange(with.Replaced, Instances * Size * 9 / 10, Instances * Size);
        Assert.True(with.AtReplacement * 5 < without.AtReplacement, $"{with} with jitter, {without} without");
    }

    /// <summary>Counts by second over the start, and over the first replacement of every connection.</summary>
    private static async Task<Peaks> RunAsync(double jitter)
    {
        var opens = new long[80];
        var atStart = 0L;
        for (var i = 0; i < Instances; i++)
        {
            await using var test = await TestPool.FullAsync(Size, options =>
                (options.MaxSize, options.MaxLifetime, options.LifetimeJitter, options.MaxIdleTime, options.ValidationInterval) =
                    (2 * Size, Lifetime, jitter, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));

            // No time has passed on the clock of the instance.
            atStart += Opened(test);
            await test.Pass(Lifetime * 0.89, TimeSpan.FromSeconds(89));
            for (var second = 0; second < opens.Length; second++)
            {
                var before = Opened(test);
                await test.Pass(Second, Second);
                await test.When(static counts => counts is { Opening: 0, Closing: 0 });
                opens[second] += Opened(test) - before;
            }
        }

        return new Peaks(atStart, opens.Max(), opens.Sum());
    }

    private static long Opened(TestPool test) => test.Pool.GetStatistics().ConnectionsOpened;

    private sealed record Peaks(long AtStart, long AtReplacement, long Replaced);
}
