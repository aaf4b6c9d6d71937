using Cenote.Cli.Measuring;

namespace Cenote.CliTests.Measuring;

public sealed class DurationsTests
{
    [Fact]
    public void Percentiles_are_within_one_percent_of_those_of_the_sorted_durations()
    {
        var random = new Random(5);
        TimeSpan[] all = [.. Enumerable.Range(0, 10_000).Select(_ => TimeSpan.FromMicroseconds(Math.Pow(10, 1 + (6 * random.NextDouble())))).Order()];
        var parts = new[] { new Durations(), new Durations() };
        for (var index = 0; index < all.Length; index++)
        {
            parts[index % 2].Add(all[index]);
        }

        var durations = Durations.Of(parts);

        Assert.Equal(all.Length, durations.Count);
        foreach (var share in (double[])[0.01, 0.5, 0.95, 0.99, 1])
        {
            var exact = all[(int)Math.Ceiling(share * all.Length) - 1];
            Assert.InRange(durations.Percentile(share) / exact, 0.985, 1.015);
        }
    }

    [Fact]
    public void Percentile_is_0_without_durations() => Assert.Equal(TimeSpan.Zero, new Durations().Percentile(0.5));

    [Fact]
    public void Durations_beyond_both_ends_are_counted()
    {
        var durations = new Durations();

        durations.Add(TimeSpan.Zero);
        durations.Add(TimeSpan.FromDays(9));

        Assert.Equal(2, durations.Count);
        Assert.True(durations.Percentile(0.5) < TimeSpan.FromMicroseconds(1));
        Assert.True(durations.Percentile(1) > TimeSpan.FromHours(1));
    }
}
