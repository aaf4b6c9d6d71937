namespace Cenote.DashboardTests.Site;

/// <summary>Ends a test whose awaited event never comes. No test depends on how long anything takes.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Task Soon(this Task task) => task.WaitAsync(Limit);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Limit);

    /// <summary>Asks again until the answer is right.</summary>
    public static async Task<T> Until<T>(Func<Task<T>> ask, Func<T, bool> isRight)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var answer = await ask();
            if (isRight(answer))
            {
                return answer;
            }

            Assert.True(watch.Elapsed < Limit, $"still {answer}");
            await Task.Yield();
        }
    }
}
