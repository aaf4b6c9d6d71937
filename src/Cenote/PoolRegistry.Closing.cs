namespace Cenote;

// Closing one pool, or all.
public sealed partial class PoolRegistry
{
    /// <summary>Removes a pool from the registry and closes it.</summary>
    /// <param name="name">The name that the pool was registered by.</param>
    /// <returns><see langword="false"/> when no pool has this name.</returns>
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
    /// Closes every pool at the same time, as its own <see cref="System.Data.Common.DbDataSource.DisposeAsync"/> does.
    /// Each pool is closed even if another one fails. Further calls wait for the same end.
    /// </summary>
    /// <exception cref="AggregateException">Pools failed to close; lists them, and contains every failure.</exception>
    public ValueTask DisposeAsync() => new(BeginClosing());

    /// <summary>Closes every pool as <see cref="DisposeAsync"/> does, blocking the calling thread.</summary>
    /// <exception cref="AggregateException">Pools failed to close; lists them, and contains every failure.</exception>
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

        // From here on no pool is added; the pools are closed without the lock.
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
                $"{failures.Count} of {closings.Count} pools failed while closing: {string.Join(", ", failed)}. All pools are closed; the inner exceptions contain the failures.", failures));
        }
    }

    /// <returns>The failure, a cancellation included; <see langword="null"/> when the pool closed without
    /// one.</returns>
    private static async Task<Exception?> CloseAsync(ConnectionPool pool)
    {
        try
        {
            await pool.DisposeAsync().ConfigureAwait(false);
            return null;
        }
#pragma warning disable CA1031 // Collected, because the other pools are closed first.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception;
        }
    }
}
