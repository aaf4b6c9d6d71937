namespace Cenote.FaultTests.Scenarios;

/// <summary>Looks at a pool's numbers all the time, for what must never be.</summary>
internal sealed class PoolWatch : IAsyncDisposable
{
    /// <summary>
    /// A connection may be idle beside a waiter for the moment that one takes to find the other, on a busy machine.
    /// </summary>
    private const int LooksThatProve = 50;

    private readonly ConnectionPool _pool;
    private readonly PeriodicTimer _looks = new(TimeSpan.FromMilliseconds(10));
    private readonly List<string> _problems = [];
    private readonly Task _watching;
    private int _idleBesideWaiter;
    private long _rents;

    internal PoolWatch(ConnectionPool pool)
    {
        _pool = pool;
        _watching = WatchAsync();
    }

    internal async Task<IReadOnlyList<string>> StopAsync()
    {
        _looks.Dispose();
        await _watching;
        return _problems;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task WatchAsync()
    {
        while (await _looks.WaitForNextTickAsync())
        {
            Look(_pool.GetStatistics());
        }
    }

    private void Look(PoolStatistics statistics)
    {
        var counts = statistics.Counts;
        if (counts.Total > counts.Limit)
        {
            Note($"More connections than the limit: {counts}.");
        }

        var isStuck = counts is { Idle: > 0, Waiting: > 0, Validating: 0 } && statistics.Rents == _rents;
        _rents = statistics.Rents;
        _idleBesideWaiter = isStuck ? _idleBesideWaiter + 1 : 0;
        if (_idleBesideWaiter == LooksThatProve)
        {
            Note($"A connection was idle while callers waited: {counts}.");
        }
    }

    private void Note(string problem)
    {
        if (_problems.Count < 10)
        {
            _problems.Add(problem);
        }
    }
}
