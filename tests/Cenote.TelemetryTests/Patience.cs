using System.Diagnostics;

namespace Cenote.TelemetryTests;

/// <summary>Waits for conditions; ends a test whose condition never comes. No test depends on how long anything takes.</summary>
internal static class Patience
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    internal static async Task UntilAsync(Func<ValueTask<bool>> holds, Func<string> what)
    {
        var started = Stopwatch.GetTimestamp();
        using var looks = new PeriodicTimer(Look);
        while (!await holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Limit, $"not within {Limit.TotalSeconds} s: {what()}");
            await looks.WaitForNextTickAsync();
        }
    }

    internal static Task UntilAsync(Func<bool> holds, string what) => UntilAsync(() => new ValueTask<bool>(holds()), () => what);

    internal static Task<T> Soon<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Limit);

    internal static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Limit);

    internal static Task Soon(this Task task) => task.WaitAsync(Limit);
}
