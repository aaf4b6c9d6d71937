using Microsoft.Extensions.Logging;

namespace Cenote.Hosting.Lifecycle;

/// <summary>
/// Waits until the connections of one pool are returned, and closes them. Connections can still be rented meanwhile: by
/// a holder that needs another one to finish, and by services that stop after the drain.
/// </summary>
internal sealed class PoolDrain(ConnectionPool pool, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>Never throws.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        try
        {
            var statistics = pool.GetStatistics();
            if (statistics.State == PoolState.Closed)
            {
                return;
            }

            if (statistics.Counts is { Leased: > 0 } or { Waiting: > 0 })
            {
                HostingLog.Draining(logger, pool.Name, statistics.Counts);
            }

            do
            {
                // Nothing that closes is to be replaced; a change of the configuration may have set a minimum again
                // meanwhile. What is being opened for that belongs to an older generation after the next line, and
                // closes as it comes.
                if (statistics.MinSize > 0 || statistics.MinIdle > 0)
                {
                    pool.Resize(0, statistics.MaxSize, minIdle: 0);
                }

                pool.Clear();
                await pool.WaitUntilIdleAsync(cancellationToken).ConfigureAwait(false);
                statistics = pool.GetStatistics();
            }
            while ((statistics.MinSize > 0 || statistics.MinIdle > 0 || statistics.Counts.Total > statistics.Counts.Opening) && !cancellationToken.IsCancellationRequested);
            HostingLog.Drained(logger, pool.Name, Readable.About(timeProvider.GetElapsedTime(start)));
        }
        catch (OperationCanceledException) when (pool.GetStatistics().Counts is { Leased: 0, Waiting: 0 })
        {
            // The time was over before it began, and idle connections need none: they are closing.
            HostingLog.Drained(logger, pool.Name, Readable.About(timeProvider.GetElapsedTime(start)));
        }
        catch (OperationCanceledException)
        {
            HostingLog.NotDrained(logger, pool.Name, Readable.About(timeProvider.GetElapsedTime(start)), pool.GetLeaseReport());
        }
        catch (PoolClosedException)
        {
            // The pool was closed elsewhere; its leases close when they are returned.
        }
        catch (Exception exception)
        {
            HostingLog.DrainFailed(logger, pool.Name, exception);
        }
    }
}
