using Cenote.Dashboard.Histories;

namespace Cenote.DashboardTests.Histories;

/// <summary>A history in which every step of every resolution is filled.</summary>
internal static class FullHistory
{
    /// <summary>Filled with as few readings as that takes; each has every reason to close a connection.</summary>
    public static PoolHistory Of(int end)
    {
        var history = new PoolHistory(TimeSpan.FromHours(24));
        var readings = new FakeReadings();
        for (var second = 0; second <= end; second += end - second > 22_000 ? 240 : end - second > 4000 ? 60 : end - second > 400 ? 10 : 1)
        {
            readings.Wait(3, TimeSpan.FromMilliseconds(second % 1000));
            foreach (var reason in Enum.GetValues<CloseReason>())
            {
                readings.Close(reason, 1);
            }

            history.Add(second, readings.Last, readings.Next(second, leased: 3, rents: 3), 1);
        }

        return history;
    }
}
