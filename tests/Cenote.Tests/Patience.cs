namespace Cenote.Tests;

/// <summary>Ends a test whose awaited event never comes. No test depends on how long anything takes.</summary>
internal static class Patience
{
    /// <summary>Long: a busy machine gave a test process one second of processor time in thirty. Only a test that fails waits for it.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static Task Soon(this Task task) => task.WaitAsync(Limit);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Limit);

    public static Task<T> Soon<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Limit);

    public static Task Soon(this ValueTask task) => task.AsTask().WaitAsync(Limit);

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
