using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Cenote.Testing;

/// <summary>Ends a test whose awaited event never comes. No test depends on how long anything takes.</summary>
public static class Patience
{
    /// <summary>
    /// Long: a busy machine gave a test process one second of processor time in thirty. Only a test that fails waits
    /// for it.
    /// </summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    public static Task Soon(this Task task) => task.WaitAsync(Limit);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Limit);

    public static Task Soon(this ValueTask task) => task.AsTask().WaitAsync(Limit);

    public static Task<T> Soon<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Limit);

    /// <summary>Checks a condition until it is met.</summary>
    /// <returns><see langword="false"/> when the limit has passed.</returns>
    public static async Task<bool> UntilAsync(Func<ValueTask<bool>> isMet, TimeSpan limit)
    {
        var started = Stopwatch.GetTimestamp();
        using var checks = new PeriodicTimer(Interval);
        while (!await isMet())
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                return false;
            }

            await checks.WaitForNextTickAsync();
        }

        return true;
    }

    /// <inheritdoc cref="UntilAsync(Func{ValueTask{bool}}, TimeSpan)"/>
    public static Task<bool> UntilAsync(Func<bool> isMet, TimeSpan limit) => UntilAsync(() => new ValueTask<bool>(isMet()), limit);

    /// <summary>Asks until the answer is right.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isRight)
    {
        T answer = default!;
        await SoonAsync(async () => isRight(answer = await ask()), () => $"the last answer was {answer}");
        return answer;
    }

    /// <summary>Checks a condition until it is met, and fails when the limit has passed.</summary>
    public static async Task SoonAsync(Func<ValueTask<bool>> isMet, Func<string> describe)
    {
        if (!await UntilAsync(isMet, Limit))
        {
            throw new TimeoutException($"Not within {Limit.TotalSeconds} s: {describe()}");
        }
    }

    /// <inheritdoc cref="SoonAsync(Func{ValueTask{bool}}, Func{string})"/>
    public static Task SoonAsync(Func<ValueTask<bool>> isMet, [CallerArgumentExpression(nameof(isMet))] string what = "") => SoonAsync(isMet, () => what);

    /// <inheritdoc cref="SoonAsync(Func{ValueTask{bool}}, Func{string})"/>
    public static Task SoonAsync(Func<bool> isMet, [CallerArgumentExpression(nameof(isMet))] string what = "") =>
        SoonAsync(() => new ValueTask<bool>(isMet()), () => what);

    /// <summary>Runs on a thread of its own, as a synchronous caller does.</summary>
    public static Task<T> OnOwnThread<T>(Func<T> action)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                completion.SetResult(action());
            }
            catch (Exception exception)
            {
                completion.SetException(exception);
            }
        })
        { IsBackground = true };
        thread.Start();
        return completion.Task;
    }
}
