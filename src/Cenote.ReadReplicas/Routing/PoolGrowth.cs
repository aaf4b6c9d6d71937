namespace Cenote.ReadReplicas.Routing;

/// <summary>
/// Lets a pool grow that had no idle connection for a caller who was then served by another server: else a server that
/// has returned with few connections would keep few for as long as the others have some to spare.
/// </summary>
internal sealed class PoolGrowth
{
    private int _isGrowing;

    internal void Nudge(ConnectionPool pool)
    {
        if (Volatile.Read(ref _isGrowing) == 0 && Interlocked.Exchange(ref _isGrowing, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Growth.GrowAsync(state.Pool), (Growth: this, Pool: pool), preferLocal: false);
        }
    }

    private async Task GrowAsync(ConnectionPool pool)
    {
        try
        {
            var counts = pool.GetStatistics().Counts;
            if (counts.Idle == 0 && counts.Opening == 0 && counts.Total < counts.Limit)
            {
                await pool.WarmUpAsync(counts.Total + 1).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // The pool reports its failures itself; no caller waits for this connection.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
        finally
        {
            Volatile.Write(ref _isGrowing, 0);
        }
    }
}
