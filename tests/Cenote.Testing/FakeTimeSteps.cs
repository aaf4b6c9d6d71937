using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.Testing;

/// <summary>
/// Fake time that passes in steps. Now and then one leaves real time to the work that was started, also where a busy
/// machine has stopped a thread: else a timeout might pass that is many steps away.
/// </summary>
public static class FakeTimeSteps
{
    private const int StepsBetweenPauses = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>The moment at which fake time starts.</summary>
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Advances the time until the condition is met.</summary>
    public static Task PassUntilAsync(this FakeTimeProvider time, Func<bool> isMet, TimeSpan step, Func<string> describe) =>
        time.PassUntilAsync(() => Task.FromResult(isMet()), step, describe);

    /// <inheritdoc cref="PassUntilAsync(FakeTimeProvider, Func{bool}, TimeSpan, Func{string})"/>
    public static async Task PassUntilAsync(this FakeTimeProvider time, Func<Task<bool>> isMet, TimeSpan step, Func<string> describe)
    {
        var started = Stopwatch.GetTimestamp();
        for (var steps = 1; !await isMet(); steps++)
        {
            if (Stopwatch.GetElapsedTime(started) > Patience.Limit)
            {
                throw new TimeoutException($"Not yet: {describe()}");
            }

            await time.StepAsync(step);
            if (steps % StepsBetweenPauses == 0)
            {
                await Task.Delay(Pause, TimeProvider.System);
            }
        }
    }

    /// <summary>Advances the time once, and lets run what that started.</summary>
    public static async Task StepAsync(this FakeTimeProvider time, TimeSpan step)
    {
        time.Advance(step);

        // To the end of the thread pool's queue a few times: what was queued before has then been started.
        for (var i = 0; i < 8; i++)
        {
            var turn = new TaskCompletionSource();
            ThreadPool.UnsafeQueueUserWorkItem(static turn => turn.SetResult(), turn, preferLocal: false);
            await turn.Task;
        }
    }
}
