namespace Cenote.Connections;

/// <summary>Starts and waits for work off the caller's path, without the caller's execution context.</summary>
internal static class BackgroundWork
{
    [ThreadStatic]
    private static bool s_isOwnThread;

    /// <summary>
    /// Runs work on the thread pool, or on a thread of its own while blocked callers may hold all of the thread pool's.
    /// </summary>
    internal static void Start(Func<Task> work, bool needsOwnThread)
    {
        if (needsOwnThread)
        {
            new Thread(static state =>
            {
                s_isOwnThread = true;
                _ = ((Func<Task>)state!)();
            })
            { IsBackground = true, Name = "Cenote" }.UnsafeStart(work);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state(), work, preferLocal: false);
        }
    }

    /// <summary>
    /// Runs one call of the driver so that the caller can stop waiting for it, even if the driver blocks where it
    /// should not.
    /// </summary>
    internal static Task Call(Action blocking, Func<ValueTask> asynchronous, bool needsOwnThread) => needsOwnThread
        ? Task.Factory.StartNew(blocking, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default)
        : Task.Run(async () => await asynchronous().ConfigureAwait(false));

    /// <summary>
    /// Waits for a call, up to a signal. On a thread of its own it blocks, because an await may continue on the thread
    /// pool, where no thread may be left. Work that has left its own thread (a retry after a delay) awaits.
    /// </summary>
    internal static Task Wait(Task call, CancellationToken cancellationToken)
    {
        if (!s_isOwnThread)
        {
            return call.WaitAsync(cancellationToken);
        }

        try
        {
            call.Wait(cancellationToken);
        }
        catch (AggregateException)
        {
            // Awaiting the ended call throws its exception.
        }

        return call;
    }
}
