using Cenote.Shared;

namespace Cenote.Tests.SharedSources;

public sealed class ReadableTests
{
    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.0001, "0.1 ms")]
    [InlineData(0.25, "250 ms")]
    [InlineData(1.5, "1.5 s")]
    [InlineData(60, "1 min")]
    [InlineData(90, "1 min 30 s")]
    [InlineData(3600, "1 h")]
    [InlineData(86400, "1 d")]
    [InlineData(90061.5, "1 d 1 h 1 min 1.5 s")]
    [InlineData(-1, "-1 s")]
    public void Durations_have_units_and_lose_nothing(double seconds, string expected) =>
        Assert.Equal(expected, Readable.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0.0123456, "12 ms")]
    [InlineData(1.23456, "1.2 s")]
    [InlineData(59.97, "1 min")]
    [InlineData(3725.4, "1 h 2 min 5 s")]
    public void Measured_durations_are_rounded(double seconds, string expected) =>
        Assert.Equal(expected, Readable.About(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Extremes_are_written_too()
    {
        Assert.Equal("never", Readable.Duration(Timeout.InfiniteTimeSpan));
        Assert.Equal("0.0001 ms", Readable.Duration(TimeSpan.FromTicks(1)));
        Assert.StartsWith("10675199 d", Readable.Duration(TimeSpan.MaxValue), StringComparison.Ordinal);
        Assert.StartsWith("-", Readable.Duration(TimeSpan.MinValue), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0 tries")]
    [InlineData(1, "1 try")]
    [InlineData(2, "2 tries")]
    public void Counts_agree_with_their_nouns(long count, string expected) => Assert.Equal(expected, Readable.Count(count, "try", "tries"));

    [Fact]
    public void Moments_are_to_the_second_in_utc() =>
        Assert.Equal("2026-11-29 10:05:03 UTC", Readable.Moment(new DateTimeOffset(2026, 11, 29, 12, 5, 3, 999, TimeSpan.FromHours(2))));

    [Fact]
    public async Task A_resize_that_keeps_the_limit_is_named_as_such()
    {
        await using var test = await TestPool.FullAsync(6);

        test.Pool.Resize(1, 6);
        test.Pool.Resize(1, 7);

        var texts = test.Pool.GetEvents().Where(happened => happened.Kind == PoolEventKind.Resized).Select(happened => happened.Message).ToList();
        Assert.Equal("kept its size of 6: requested 1 to 6|resized from 6 to 7: requested 1 to 7", string.Join('|', texts.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Options_are_refused_with_units()
    {
        var options = new ConnectionPoolOptions { AcquireTimeout = TimeSpan.FromSeconds(-90), ConnectTimeout = TimeSpan.FromDays(400) };

        var problems = Assert.Throws<PoolOptionsException>(() => new ConnectionPool(new StubProvider(new StubDatabase()), options)).Problems;

        Assert.Contains(problems, problem => problem.StartsWith("AcquireTimeout is -1 min 30 s. It must be ", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith("ConnectTimeout is 400 d. It must be ", StringComparison.Ordinal));
        Assert.DoesNotContain(problems, problem => problem.Contains("00:0", StringComparison.Ordinal));
    }
}
