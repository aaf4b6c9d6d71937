namespace Cenote.Connections;

/// <summary>
/// The news that a server may be back, for the opens of a pool that wait between two retries. Thread-safe.
/// </summary>
internal sealed class OpenNews
{
    private int _version;
    private TaskCompletionSource? _next;

    /// <summary>
    /// Gets the number of the last news. Read before an attempt, so that news during it is not missed.
    /// </summary>
    internal int Version => Volatile.Read(ref _version);

    /// <summary>Wakes the opens that wait.</summary>
    /// <param name="seen">The last news that the publisher knows.</param>
    /// <returns>The last news that it knows now: its own, unless other news came before.</returns>
    internal int Publish(int seen)
    {
        // In this order: an open that has created a source and still sees the earlier number is woken.
        var version = Interlocked.Increment(ref _version);
        Interlocked.Exchange(ref _next, null)?.TrySetResult();
        return version == seen + 1 ? version : seen;
    }

    /// <summary>Returns a task that completes with the first news after <paramref name="seen"/>.</summary>
    internal Task After(int seen)
    {
        var next = Volatile.Read(ref _next);
        if (next is null)
        {
            var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            next = Interlocked.CompareExchange(ref _next, first, null) ?? first;
        }

        Interlocked.MemoryBarrier();
        return Version == seen ? next.Task : Task.CompletedTask;
    }
}
