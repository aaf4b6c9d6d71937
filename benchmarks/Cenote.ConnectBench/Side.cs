namespace Cenote.ConnectBench;

/// <summary>A pool that is made, filled, refilled and disposed of in each round.</summary>
internal abstract class Side : IAsyncDisposable
{
    /// <summary>Opens all connections at once and returns them.</summary>
    internal async Task FillAsync(int size)
    {
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var open = 0;
        await Task.WhenAll(Enumerable.Range(0, size).Select(async _ =>
        {
            await using var connection = await OpenAsync();
            if (Interlocked.Increment(ref open) == size)
            {
                all.SetResult();
            }

            await all.Task;
        }));
    }

    /// <summary>Closes all connections, which are idle.</summary>
    internal abstract void Clear();

    public abstract ValueTask DisposeAsync();

    protected abstract ValueTask<IAsyncDisposable> OpenAsync();
}
