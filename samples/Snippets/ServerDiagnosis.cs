using Cenote;

namespace Snippets;

internal static class ServerDiagnosis
{
    internal static async Task RentAsync(ConnectionPool pool, Action<string> log)
    {
        #region holders
        try
        {
            await using var connection = await pool.OpenConnectionAsync();
        }
        catch (PoolTimeoutException exception)
        {
            foreach (var holder in exception.LongestHolders)
            {
                log(holder.ToString());
                for (var session = holder.Session; session is { BlockedBy: [var blocker, ..] }; session = blocker)
                {
                    log($"  behind {blocker.PoolName ?? blocker.Client}, {blocker.CallSite}: {blocker.State} for {blocker.StateDuration}");
                }
            }

            throw;
        }
        #endregion
    }
}
