using Cenote.Shared;

namespace Cenote.Tests.SharedSources;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("00:00:05", 5)]
    [InlineData("0:0:5", 5)]
    [InlineData("00:00:01.250", 1.25)]
    [InlineData("01:02:03", 3723)]
    [InlineData("1.00:00:00", 86400)]
    [InlineData("1.00:00:00.5", 86400.5)]
    public void Hours_minutes_seconds_or_days_first_are_durations(string text, double seconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("00:30")]
    [InlineData("24:00:00")]
    [InlineData("00:60:00")]
    [InlineData("-00:00:05")]
    [InlineData("5s")]
    [InlineData("PT5S")]
    [InlineData("infinite")]
    public void Texts_that_people_mean_otherwise_are_refused(string? text) => Assert.False(DurationText.TryParse(text, out _));
}
