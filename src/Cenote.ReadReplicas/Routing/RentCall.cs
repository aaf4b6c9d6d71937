namespace Cenote.ReadReplicas.Routing;

/// <summary>
/// What a caller asks with who was not served at once: who it is, and how long it may take. Reads the clock, which the
/// fast path does not.
/// </summary>
internal readonly struct RentCall(ReplicaSetOptions options, in CallSite caller, CancellationToken cancellationToken)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private readonly long _started = options.TimeProvider.GetTimestamp();
    private readonly CallSite _caller = caller;

    internal CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>
    /// What is left of <see cref="ReplicaSetOptions.AcquireTimeout"/>; a pool is asked for one millisecond at least, so
    /// that it is the one to say that time is up.
    /// </summary>
    internal TimeSpan Left
    {
        get
        {
            var left = options.AcquireTimeout - Elapsed;
            return left > Shortest ? left : Shortest;
        }
    }

    /// <summary>Whether the caller's time is up, whether or not a timer has come to say so.</summary>
    internal bool IsOver => Elapsed >= options.AcquireTimeout;

    internal TimeSpan Elapsed => options.TimeProvider.GetElapsedTime(_started);

    internal bool TryRent(ConnectionPool pool, out ConnectionLease lease) => TryRent(pool, _caller, out lease);

    internal static bool TryRent(ConnectionPool pool, in CallSite caller, out ConnectionLease lease) =>
        pool.TryRent(out lease, caller.FilePath!, caller.LineNumber, caller.MemberName!);

    /// <summary>Completes without ever suspending when the caller blocks.</summary>
    internal ValueTask<ConnectionLease> RentAsync(ConnectionPool pool, bool isBlocking, CancellationToken ended) => isBlocking
        ? new ValueTask<ConnectionLease>(pool.Rent(Left, ended, _caller.FilePath!, _caller.LineNumber, _caller.MemberName!))
        : pool.RentAsync(Left, ended, _caller.FilePath!, _caller.LineNumber, _caller.MemberName!);

    /// <summary>Waits for a task, within a limit and what is left.</summary>
    /// <returns><see langword="false"/> when the time was over first.</returns>
    internal async ValueTask<bool> TryWaitAsync(Task task, TimeSpan limit, bool isBlocking)
    {
        var wait = limit < Left ? limit : Left;
        if (isBlocking && options.TimeProvider == TimeProvider.System)
        {
            return WaitBlocking(task, wait);
        }

        var waiting = task.WaitAsync(wait, options.TimeProvider, CancellationToken);
        try
        {
            if (isBlocking)
            {
                waiting.GetAwaiter().GetResult();
            }
            else
            {
                await waiting.ConfigureAwait(false);
            }

            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!CancellationToken.IsCancellationRequested)
        {
            // The set is being closed: what comes next says so.
            return false;
        }
    }

    // On the thread's own clock: a timer needs a thread of the thread pool, which blocked callers may have used up.
    private bool WaitBlocking(Task task, TimeSpan wait)
    {
        try
        {
            return task.Wait(wait, CancellationToken);
        }
        catch (AggregateException exception) when (exception.InnerException is OperationCanceledException)
        {
            // The set is being closed: what comes next says so.
            return false;
        }
    }
}
