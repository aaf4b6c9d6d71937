namespace Cenote.AdoNetTests.Databases;

internal static class KeptSession
{
    private const int Tries = 10;

    /// <summary>
    /// Shows that the next holder gets the session of the one before. A busy machine may be so late with a cancel
    /// that its outcome is unknown: then the pool replaces the connection, and must. But not time after
    /// time.
    /// </summary>
    public static async Task ShowAsync(ConnectionPool pool, Func<Task> holder)
    {
        for (var tries = 1; ; tries++)
        {
            var before = pool.GetStatistics();
            await holder();
            await using (var next = await pool.OpenConnectionAsync())
            {
                // Not the limit of the pool, which may be short.
                next.QueryTimeout = Patience.Limit;
                Assert.Equal(8, await next.ReadNumberAsync("SELECT 8"));
            }

            // The first one ever is opened by the holder.
            var seen = pool.GetStatistics();
            var replaced = seen.ConnectionsOpened - Math.Max(1, before.ConnectionsOpened);
            Assert.Equal(replaced, seen.ConnectionsClosedByReason.GetValueOrDefault(CloseReason.CancelOutcomeUnknown) - before.ConnectionsClosedByReason.GetValueOrDefault(CloseReason.CancelOutcomeUnknown));
            if (replaced == 0)
            {
                return;
            }

            Assert.True(tries < Tries, $"the connection was replaced {Tries} times");
        }
    }
}
