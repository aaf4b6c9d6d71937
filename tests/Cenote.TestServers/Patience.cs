using System.Diagnostics;

namespace Cenote.TestServers;

/// <summary>Waits for conditions outside of this process. Ends what never comes.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <summary>Looks again and again until the condition is met.</summary>
    /// <returns><see langword="false"/> when the limit has passed.</returns>
    public static async Task<bool> UntilAsync(Func<ValueTask<bool>> isMet, TimeSpan limit)
    {
        var started = Stopwatch.GetTimestamp();
        using var looks = new PeriodicTimer(Look);
        while (!await isMet())
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                return false;
            }

            await looks.WaitForNextTickAsync();
        }

        return true;
    }

    public static Task<bool> UntilAsync(Func<bool> isMet, TimeSpan limit) => UntilAsync(() => new ValueTask<bool>(isMet()), limit);

    public static async Task SoonAsync(Func<bool> isMet, string what)
    {
        if (!await UntilAsync(isMet, Limit))
        {
            throw new TimeoutException($"Not within {Limit.TotalSeconds} s: {what}.");
        }
    }

    public static Task Soon(this Task task) => task.WaitAsync(Limit);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Limit);
}
