using System.Diagnostics;

namespace Cenote.FaultTests.Reporting;

/// <summary>
/// The bound of a recovery: after the same kill and restart, one client without a pool tries to connect all the time.
/// </summary>
internal static class BareRecovery
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>Returns the time from the server's ready message to its first answer to a query.</summary>
    internal static async Task<TimeSpan> MeasureAsync(DatabaseServer server)
    {
        await server.KillAsync();
        var answer = FindAnswerAsync(server);
        await server.StartAsync();
        var ready = Stopwatch.GetTimestamp();
        var answered = await answer.Soon();
        return answered > ready ? Stopwatch.GetElapsedTime(ready, answered) : TimeSpan.Zero;
    }

    private static async Task<long> FindAnswerAsync(DatabaseServer server)
    {
        while (true)
        {
            try
            {
                await using var connection = await server.OpenStrangerAsync();
                await server.Work.RunAsync(connection, writes: false, static _ => { });
                return Stopwatch.GetTimestamp();
            }
            catch (DbException)
            {
                await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
            }
        }
    }
}
