using Cenote.Dashboard.Histories;
using Cenote.Dashboard.Reports;

namespace Cenote.DashboardTests.Histories;

public sealed class HistoryTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    [Theory]
    [InlineData(60, 1, 60)]
    [InlineData(300, 1, 300)]
    [InlineData(301, 10, 31)]
    [InlineData(3600, 10, 360)]
    [InlineData(21600, 60, 360)]
    [InlineData(86400, 240, 360)]
    public void The_longer_the_range_the_longer_the_steps_and_there_are_never_many(int seconds, int step, int count)
    {
        var history = HistoryReport.Of("orders", FullHistory.Of(90_000), 90_000, Start, seconds);

        Assert.Equal(step, history.StepSeconds);
        Assert.Equal(count, history.Times.Count);
        Assert.Equal(count, history.Series.Active.Count);
        Assert.All(history.Times.Zip(history.Times.Skip(1)), pair => Assert.Equal(step, pair.Second - pair.First));
        Assert.InRange(1_800_000_000 - history.Times[^1], 0, step - 1);
        Assert.All(history.Series.Active.Skip(1), active => Assert.NotNull(active));
    }

    [Fact]
    public void A_step_has_the_most_leased_the_fewest_idle_and_the_rates_of_its_time()
    {
        var readings = new FakeReadings();
        var history = new PoolHistory(TimeSpan.FromHours(24));
        for (var second = 0; second < 20; second++)
        {
            history.Add(second, readings.Last, readings.Next(second, leased: second % 10, rents: 3, errors: second >= 10 ? 1 : 0, opened: 2), 1);
        }

        var json = HistoryReport.Of("orders", history, 19, Start, 3600);

        Assert.Equal((9.0, 1.0, 10.0), (json.Series.Active[^1], json.Series.Idle[^1], json.Series.Limit[^1]));
        Assert.Equal((3.0, 1.0, 0.25), (json.Series.Rents[^1], json.Series.Errors[^1], json.Series.ErrorRate[^1]));
        Assert.Equal((0.9, 2.0), (json.Series.Utilization[^1], json.Series.Opened[^1]));
        Assert.Equal(0.0, json.Series.Errors[^2]);
        Assert.Null(json.Series.Active[^3]);
    }

    [Fact]
    public void Percentiles_of_a_long_step_come_from_all_its_durations()
    {
        var readings = new FakeReadings();
        var history = new PoolHistory(TimeSpan.FromHours(24));

        // A second of a thousand quick callers, and nine of one slow caller each: the median caller is quick.
        for (var second = 0; second < 10; second++)
        {
            readings.Wait(second == 0 ? 1000 : 1, TimeSpan.FromMilliseconds(second == 0 ? 1 : 1000));
            history.Add(second, readings.Last, readings.Next(second), 1);
        }

        var seconds = HistoryReport.Of("orders", history, 9, Start, 60).Series;
        var step = HistoryReport.Of("orders", history, 9, Start, 3600).Series;

        Assert.Equal(1.0, seconds.WaitP50[^1]!.Value, 0.1);
        Assert.Equal(0.001, step.WaitP50[^1]!.Value, 0.0001);
        Assert.Equal(0.001, step.WaitP99[^1]!.Value, 0.0001);
        Assert.Null(step.UseP50[^1]);
    }

    [Fact]
    public void A_duration_of_days_is_a_number_that_JSON_has()
    {
        var readings = new FakeReadings();
        var history = new PoolHistory(TimeSpan.FromHours(24));
        history.Add(0, readings.Last, readings.Next(0), 1);
        readings.Wait(1, TimeSpan.FromDays(2));
        history.Add(1, readings.Last, readings.Next(1), 1);

        var json = HistoryReport.Of("orders", history, 1, Start, 60);

        Assert.Equal((double)Half.MaxValue, json.Series.WaitP99[^1]);
        Assert.Contains("65504", System.Text.Json.JsonSerializer.Serialize(json, DashboardJson.Default.HistoryJson), StringComparison.Ordinal);
    }

    [Fact]
    public void Closes_are_counted_by_reason_and_as_wanted_or_unwanted()
    {
        var readings = new FakeReadings();
        var history = new PoolHistory(TimeSpan.FromHours(24));
        history.Add(0, readings.Last, readings.Next(0), 1);
        readings.Close(CloseReason.Idle, 4);
        readings.Close(CloseReason.ConnectionLost, 1);
        history.Add(1, readings.Last, readings.Next(1), 1);
        history.Add(2, readings.Last, readings.Next(2), 1);

        var json = HistoryReport.Of("orders", history, 2, Start, 60);

        Assert.Equal("ConnectionLost, Idle", string.Join(", ", json.Closed.Keys.Order(StringComparer.Ordinal)));
        Assert.Equal([0, 4, 0], json.Closed["Idle"].TakeLast(3));
        Assert.Equal([0, 1, 0], json.Series.ClosedByFailure.TakeLast(3));
        Assert.Equal([0, 4, 0], json.Series.ClosedByPolicy.TakeLast(3));
    }

    [Fact]
    public void Unmeasured_values_are_null_and_later_ones_are_right()
    {
        var readings = new FakeReadings();
        var history = new PoolHistory(TimeSpan.FromHours(24));
        history.Add(0, readings.Last, readings.Next(0, leased: 1), 1);

        // The process stood still for 40 seconds, and the pool served 80 callers in them.
        history.Add(40, readings.Last, readings.Next(40, leased: 2, rents: 80), 40);

        var json = HistoryReport.Of("orders", history, 40, Start, 60);
        Assert.Equal([1, null, null], json.Series.Active.Skip(60 - 41).Take(3));
        Assert.Equal((2.0, 2.0), (json.Series.Active[^1], json.Series.Rents[^1]));
        Assert.Null(HistoryReport.Of("orders", history, 4000, Start, 3600).Series.Active[0]);
    }

    [Fact]
    public void A_shorter_history_keeps_less()
    {
        Assert.Equal((10, 180), Kept(new PoolHistory(TimeSpan.FromMinutes(30))));
        Assert.Equal((1, 60), Kept(new PoolHistory(TimeSpan.FromMinutes(1))));

        static (int StepSeconds, int Measured) Kept(PoolHistory history)
        {
            var readings = new FakeReadings();
            for (var second = 0; second < 4000; second++)
            {
                history.Add(second, readings.Last, readings.Next(second), 1);
            }

            var (step, _, measured) = history.Read(3999, 86400);
            return (step, measured.Count - 1);
        }
    }
}
