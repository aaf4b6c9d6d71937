namespace Cenote;

// Pools end alone, or all together.
public sealed partial class PoolRegistry
{
    /// <summary>Takes a pool out of the registry and closes it.</summary>
    /// <param name="name">The name it was registered by.</param>
    /// <returns><see langword="false"/> when no pool has the name.</returns>
    public async ValueTask<bool> CloseAsync(string name)
    {
        var isFound = TryRemove(name, out var pool);
        if (pool is not null)
        {
            await pool.DisposeAsync().ConfigureAwait(false);
        }

        return isFound;
    }

    /// <summary>
    /// Closes every pool, all at the same time, as their own <see cref="System.Data.Common.DbDataSource.DisposeAsync"/>
    /// does. Each is closed even if another fails. Whoever calls again waits for the same end.
    /// </summary>
    /// <exception cref="AggregateException">Pools failed to close; names them, and holds every failure.</exception>
    public ValueTask DisposeAsync() => new(BeginClosing());

    /// <summary>Closes every pool as <see cref="DisposeAsync"/> does, blocking the calling thread.</summary>
    /// <exception cref="AggregateException">Pools failed to close; names them, and holds every failure.</exception>
    public void Dispose() => BeginClosing().GetAwaiter().GetResult();

    private Task BeginClosing()
    {
        var closing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_closing is not null)
            {
                return _closing;
            }

            _closing = closing.Task;
        }

        // From here on nothing is added; the pools are closed without the lock.
        List<(string Name, Task<Exception?> Closing)> closings = [];
        foreach (var name in Names)
        {
            if (_pools.TryRemove(name, out var registered) && registered.Remove() is { } pool)
            {
                closings.Add((name, CloseAsync(pool)));
            }
        }

        _ = GatherAsync(closings, closing);
        return closing.Task;
    }

    private static async Task GatherAsync(List<(string Name, Task<Exception?> Closing)> closings, TaskCompletionSource closed)
    {
        List<string> failed = [];
        List<Exception> failures = [];
        foreach (var (name, closing) in closings)
        {
            if (await closing.ConfigureAwait(false) is { } exception)
            {
                failed.Add($"'{name}'");
                failures.Add(exception);
            }
        }

        if (failures.Count == 0)
        {
            closed.SetResult();
        }
        else
        {
            closed.SetException(new AggregateException(
                $"{failures.Count} of {closings.Count} pools failed to close: {string.Join(", ", failed)}. All pools are closed; what failed was the closing of what they held.", failures));
        }
    }

    /// <returns>What failed, a cancellation included; <see langword="null"/> when nothing did.</returns>
    private static async Task<Exception?> CloseAsync(ConnectionPool pool)
    {
        try
        {
            await pool.DisposeAsync().ConfigureAwait(false);
            return null;
        }
#pragma warning disable CA1031 // Gathered: the other pools are closed first.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception;
        }
    }
}
