namespace Cenote.BrowserTests.Sites;

/// <summary>
/// Callers that hold connections of a pool, and callers that wait for theirs, until the end of a test.
/// </summary>
internal sealed class Holders : IAsyncDisposable
{
    private readonly List<ConnectionLease> _leases = [];
    private readonly List<Task<ConnectionLease>> _waiters = [];

    private Holders()
    {
    }

    /// <summary>Returns once all of them hold, or wait for, their connections.</summary>
    internal static async Task<Holders> HoldAsync(ConnectionPool pool, int leases, int waiters)
    {
        var holders = new Holders();
        for (var lease = 0; lease < leases; lease++)
        {
            holders._leases.Add(await pool.RentAsync());
        }

        for (var waiter = 0; waiter < waiters; waiter++)
        {
            holders._waiters.Add(pool.RentAsync().AsTask());
        }

        Assert.Equal(waiters, pool.GetStatistics().Counts.Waiting);
        return holders;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var lease in _leases)
        {
            await lease.DisposeAsync();
        }

        foreach (var waiter in _waiters)
        {
            await (await waiter.Soon()).DisposeAsync();
        }
    }
}
