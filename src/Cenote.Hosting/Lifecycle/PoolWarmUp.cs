using Microsoft.Extensions.Logging;

namespace Cenote.Hosting.Lifecycle;

/// <summary>The warm-up of one pool before the host serves.</summary>
internal sealed class PoolWarmUp(string poolName, ConnectionPool pool, int? target, TimeProvider timeProvider, ILogger logger)
{
    private readonly long _start = timeProvider.GetTimestamp();

    internal string PoolName => poolName;

    /// <summary>Gets why the pool is not warm; <see langword="null"/> when it is.</summary>
    internal PoolWarmUpFailure? Failure { get; private set; }

    /// <summary>
    /// Waits until the pool is warm. The pool sets the pace: each round waits for its next connection attempt.
    /// </summary>
    /// <param name="isPatient">Whether to continue after the database rejected the credentials.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    internal async Task RunAsync(bool isPatient, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        while (true)
        {
            try
            {
                await pool.WarmUpAsync(target, progress: null, cancellationToken).ConfigureAwait(false);
                Failure = null;
                HostingLog.WarmedUp(logger, poolName, pool.GetStatistics().Counts, Readable.About(timeProvider.GetElapsedTime(_start)));
                return;
            }
            catch (ConnectionOpenException exception) when (isPatient || exception.IsTransient)
            {
                failure = exception;
            }
            catch (Exception exception)
            {
                Failure = Describe(exception is OperationCanceledException ? failure : exception);
                return;
            }
        }
    }

    /// <summary>Gets whether as many connections are open as are wanted.</summary>
    internal bool IsWarm => pool.GetStatistics() is var statistics && statistics.Counts.Total - statistics.Counts.Opening >= (target ?? statistics.MinSize);

    /// <summary>Records that the start does not wait for the pool.</summary>
    internal void GiveUp(string reason) => Failure = new PoolWarmUpFailure(poolName, reason, pool.GetStatistics().LastOpenFailure?.Exception);

    private PoolWarmUpFailure Describe(Exception? failure)
    {
        var statistics = pool.GetStatistics();
        var counts = statistics.Counts;
        var open = counts.Idle + counts.Leased + counts.Resetting + counts.Validating;
        var text = FormattableString.Invariant($"{open} of {target ?? statistics.MinSize} connections are open after {timeProvider.GetElapsedTime(_start).TotalSeconds:0.0} s.");
        if (statistics.LastOpenFailure is { } last)
        {
            text += FormattableString.Invariant($" The last attempt failed at {Readable.Moment(last.Time)} ({last.Kind}): {last.Exception.Message}");
        }
        else if (failure is not null and not ConnectionOpenException)
        {
            text += $" {failure.Message}";
        }

        return new PoolWarmUpFailure(poolName, text, failure ?? statistics.LastOpenFailure?.Exception);
    }
}
