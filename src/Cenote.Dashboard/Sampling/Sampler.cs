using Cenote.Dashboard.Reports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cenote.Dashboard.Sampling;

/// <summary>Reads every pool and set once a second, by one timer, whether anybody looks or not.</summary>
internal sealed class Sampler : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly int[] AllRanges = [60, 300, 900, 3600, 21600, 86400];

    private readonly PoolSources _sources;
    private readonly Watchlist _watchlist;
    private readonly ILogger _logger;
    private readonly long _start;
    private readonly object _gate = new();
    private ITimer? _timer;
    private volatile Tick _current;
    private TaskCompletionSource _next = NewSource();
    private int _isSampling;
    private bool _hasFailed;

    public Sampler(PoolSources sources, IOptions<DashboardOptions> options, IServiceProvider services, ILoggerFactory loggers)
    {
        _sources = sources;
        _logger = loggers.CreateLogger("Cenote.Dashboard");
        TimeProvider = options.Value.TimeProvider ?? services.GetService<TimeProvider>() ?? TimeProvider.System;
        _watchlist = new Watchlist(options.Value.HistoryDuration, TimeProvider);
        HistorySeconds = (int)Math.Ceiling(options.Value.HistoryDuration.TotalSeconds);
        Ranges = [.. AllRanges.Where(seconds => seconds <= HistorySeconds)];
        _start = TimeProvider.GetTimestamp();
        _current = new Tick(0, 0, TimeProvider.GetUtcNow(), [], [], []);
    }

    internal TimeProvider TimeProvider { get; }

    internal int HistorySeconds { get; }

    /// <summary>The ranges that a viewer may choose, in seconds.</summary>
    internal IReadOnlyList<int> Ranges { get; }

    /// <summary>What the last round has found.</summary>
    internal Tick Current => _current;

    internal void Start()
    {
        lock (_gate)
        {
            if (_timer is not null)
            {
                return;
            }

            Sample();

            // The timer outlives its first request and must not keep that flow.
            using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            {
                _timer = TimeProvider.CreateTimer(static state => ((Sampler)state!).Sample(), this, Interval, Interval);
            }
        }
    }

    internal void Stop()
    {
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    public void Dispose()
    {
        Stop();
        _watchlist.Release();
    }

    /// <summary>Waits for a later tick. Returns the newest, so a slow viewer misses some.</summary>
    internal async Task<Tick> WaitAsync(long after, CancellationToken cancellationToken)
    {
        while (true)
        {
            // The source first: a tick that comes between the two completes it.
            var next = Volatile.Read(ref _next).Task;
            if (_current is var tick && tick.Number > after)
            {
                return tick;
            }

            await next.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// One round. Never throws, and never runs twice at once: a round that takes longer than a second makes the next
    /// one fall out.
    /// </summary>
    private void Sample()
    {
        if (Interlocked.Exchange(ref _isSampling, 1) != 0)
        {
            return;
        }

        try
        {
            // Rounded: a timer that is a moment early or late still hits its second.
            var at = TimeProvider.GetElapsedTime(_start).TotalSeconds;
            var second = (long)Math.Round(at);
            var sets = _sources.FindSets();
            _watchlist.Update(second, _sources.FindPools(sets), sets);
            foreach (var pool in _watchlist.Pools)
            {
                Sample(pool, second, at);
            }

            foreach (var set in _watchlist.Sets)
            {
                Sample(set, second, at);
            }

            _current = new Tick(_current.Number + 1, second, TimeProvider.GetUtcNow(), [.. _watchlist.Pools], [.. _watchlist.Sets], BudgetReport.Of(_watchlist.Pools));
            Interlocked.Exchange(ref _next, NewSource()).SetResult();
            _hasFailed = false;
        }
        catch (Exception exception)
        {
            if (!_hasFailed)
            {
                DashboardLog.RoundFailed(_logger, exception);
            }

            _hasFailed = true;
        }
        finally
        {
            Volatile.Write(ref _isSampling, 0);
        }
    }

    private void Sample(WatchedPool pool, long second, double at)
    {
        try
        {
            pool.Sample(second, at);
            pool.IsUnreadable = false;
        }
        catch (Exception exception)
        {
            if (!pool.IsUnreadable)
            {
                DashboardLog.PoolUnreadable(_logger, pool.Name, exception);
            }

            pool.IsUnreadable = true;
        }
    }

    private void Sample(WatchedSet set, long second, double at)
    {
        try
        {
            set.Sample(second, at);
            set.IsUnreadable = false;
        }
        catch (Exception exception)
        {
            if (!set.IsUnreadable)
            {
                DashboardLog.SetUnreadable(_logger, set.Name, exception);
            }

            set.IsUnreadable = true;
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
