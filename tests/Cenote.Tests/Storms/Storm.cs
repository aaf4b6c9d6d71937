using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.Tests.Storms;

/// <summary>
/// Many actors do at random, all at once, whatever can be done to a pool, while its database fails, hangs and answers
/// late.
/// </summary>
#pragma warning disable CA1001 // Disposing of the pool is what a storm ends with.
internal sealed class Storm
#pragma warning restore CA1001
{
    private readonly StormOptions _options;
    private readonly StubDatabase _database;
    private readonly StubProvider _provider;
    private readonly RandomScript _script;
    private readonly FakeTimeProvider _time = new();
    private readonly ConnectionPool _pool;
    private int _running;
    private int _steps;
    private int _highestLimit;
    private long _served;
    private long _refused;

    public Storm(StormOptions options)
    {
        _options = options;
        _script = new RandomScript(options.Seed, options.FailPercent / 100.0, options.HangPercent / 100.0) { Spared = [StubCall.Execute] };
        _database = new StubDatabase { Script = _script, DefersResets = options.Seed % 2 == 0, MayGiveUpAnyCall = options.ShortTimeouts };
        _provider = new StubProvider(_database) { Clearing = options.Clearing, ClearsInline = options.Inline };
        _highestLimit = options.MaxSize;
        _pool = new ConnectionPool(_provider, new ConnectionPoolOptions
        {
            Name = "storm",
            MinSize = options.MinSize,
            MaxSize = options.MaxSize,
            ResetMode = options.Reset,
            AcquireTimeout = TimeSpan.FromSeconds(30),
            ConnectTimeout = options.ShortTimeouts ? TimeSpan.FromSeconds(3) : TimeSpan.FromMinutes(10),
            ValidationTimeout = options.ShortTimeouts ? TimeSpan.FromSeconds(2) : TimeSpan.FromMinutes(10),
            ValidationInterval = TimeSpan.FromSeconds(5),
            MaxIdleTime = TimeSpan.FromSeconds(20),
            MaxLifetime = TimeSpan.FromSeconds(60),
            CircuitBreaker = options.Breaks ? new CircuitBreakerOptions { FailureThreshold = 2, SuccessThreshold = 2 } : null,
            MaxOpenRetries = 1,
            OpenRetryBaseDelay = TimeSpan.FromMilliseconds(200),
            OpenRetryMaxDelay = TimeSpan.FromSeconds(1),
            TimeProvider = _time,
        });
    }

    public void Run()
    {
        var actors = Enumerable.Range(0, _options.Actors).Select(Start).ToArray();
        var everyone = Task.WhenAll(actors);
        Pump(() => everyone.IsCompleted);
        everyone.GetAwaiter().GetResult();

        _script.Calm();
        if (_options.Disposes)
        {
            Close();
            return;
        }

        _pool.Resume();
        _pool.Resize(0, _options.MaxSize);
        Settle();
        LendEverything();
        Close();
    }

    /// <summary>Every other actor blocks a thread of its own.</summary>
    private Task Start(int number)
    {
        var random = new Random(unchecked((_options.Seed * 397) ^ number));
        Interlocked.Increment(ref _running);
        return number % 2 == 0
            ? Task.Run(async () =>
            {
                for (var i = 0; i < _options.StepsEach; i++)
                {
                    await StepAsync(random, blocks: false);
                }
            })
            : Patience.OnOwnThread(() =>
            {
                for (var i = 0; i < _options.StepsEach; i++)
                {
                    StepAsync(random, blocks: true).GetAwaiter().GetResult();
                }

                return true;
            });
    }

    private async Task StepAsync(Random random, bool blocks)
    {
        Interlocked.Increment(ref _steps);
        switch (random.Next(100))
        {
            case < 80:
                await RentAsync(random, blocks);
                break;
            case < 84 when _options.Resizes:
                var size = random.Next(1, _options.MaxSize + 1);
                _pool.Resize(random.Next(0, Math.Min(_options.MinSize, size) + 1), size);
                break;
            case < 86:
                _pool.Clear();
                break;
            case < 88:
                _pool.Suspend();
                _pool.Resume();
                break;
            case < 89 when _options.Breaks:
                _pool.IsolateCircuit();
                _pool.CloseCircuit();
                break;
            case < 91:
                _database.OpenSessions.FirstOrDefault()?.Kill();
                break;
            case < 92 when _options.Disposes:
                _pool.Dispose();
                break;
            default:
                Observe();
                break;
        }
    }

    private async Task RentAsync(Random random, bool blocks)
    {
        using var source = random.Next(4) == 0 ? new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(1, 3000)), _time) : null;
        var token = source?.Token ?? CancellationToken.None;
        var timeout = TimeSpan.FromMilliseconds(random.Next(3) == 0 ? random.Next(1, 2000) : 30_000);
        ConnectionLease lease;
        try
        {
            lease = blocks ? _pool.Rent(timeout, token) : await _pool.RentAsync(timeout, token);
        }
        catch (Exception exception) when (exception is PoolTimeoutException or ConnectionOpenException or OperationCanceledException
            || (exception is CircuitOpenException && _options.Breaks)
            || (exception is PoolClosedException && _options.Disposes))
        {
            Interlocked.Increment(ref _refused);
            return;
        }

        Interlocked.Increment(ref _served);
        var connection = lease.Stub();
        connection.BeginUse();
        if (!blocks && random.Next(3) == 0)
        {
            await Task.Yield();
        }

        connection.EndUse();
        if (random.Next(20) == 0)
        {
            connection.Break();
        }

        if (random.Next(20) == 0)
        {
            lease.RetireOnReturn();
        }

        if (random.Next(5) == 0)
        {
            // Two threads return the same lease.
            var copy = lease;
            var other = Task.Run(copy.Dispose);
            lease.Dispose();
            await other;
        }
        else if (random.Next(2) == 0)
        {
            lease.Dispose();
        }
        else
        {
            await lease.DisposeAsync();
        }
    }

    private void Observe()
    {
        var counts = _pool.GetStatistics().Counts;
        if (counts.Total > _highestLimit)
        {
            _database.Violate($"more connections than ever allowed: {counts}");
        }

        if (counts.Idle < 0 || counts.Waiting < 0 || counts.Leased < 0)
        {
            _database.Violate($"counts that cannot be: {counts}");
        }
    }

    /// <summary>Lets fake time pass and hung calls go on until something has happened.</summary>
    private void Pump(Func<bool> done)
    {
        // A storm may take its time; it is stuck when no actor takes a step any more.
        var watch = Stopwatch.StartNew();
        var steps = Volatile.Read(ref _steps);
        while (!done())
        {
            if (Volatile.Read(ref _steps) is var now && now != steps)
            {
                steps = now;
                watch.Restart();
            }

            if (watch.Elapsed > Patience.Limit)
            {
                throw new InvalidOperationException($"The storm does not end: {_pool.GetStatistics()}; {_database.Calls(StubCall.Open).Running} opens, "
                    + $"{_database.Calls(StubCall.Clear).Running} clears, {_database.Calls(StubCall.Validate).Running} validations, "
                    + $"{_database.Calls(StubCall.Close).Running} closes under way");
            }

            _time.Advance(TimeSpan.FromMilliseconds(100));
            _script.ReleaseOne();
            Observe();
            LetWorkRun();
        }
    }

    /// <summary>
    /// Goes to the end of the thread pool's queue: what was queued before has then been started. Goes on without it
    /// when the thread pool is blocked, since it may be the pump that must unblock it.
    /// </summary>
    private static void LetWorkRun()
    {
        for (var i = 0; i < 4; i++)
        {
            var turn = new TaskCompletionSource();
            ThreadPool.UnsafeQueueUserWorkItem(static turn => turn.SetResult(), turn, preferLocal: false);
            if (!turn.Task.Wait(TimeSpan.FromMilliseconds(2)))
            {
                return;
            }
        }
    }

    /// <summary>
    /// At rest nothing is under way, no caller waits, and the pool knows exactly what the server has.
    /// </summary>
    private void Settle()
    {
        Pump(() =>
        {
            var counts = _pool.GetStatistics().Counts;
            return counts is { Waiting: 0, Opening: 0, Resetting: 0, Validating: 0, Closing: 0, Leased: 0 }
                && _pool.GetCircuitStatus().State == CircuitState.Closed && counts.Idle == _database.Sessions && counts.Total <= _options.MaxSize;
        });
        Assert.Empty(_database.Violations);
    }

    /// <summary>Nothing was lost: the pool can still rent out as many connections as it may have.</summary>
    private void LendEverything()
    {
        var rents = Enumerable.Range(0, _options.MaxSize).Select(_ => _pool.RentAsync(TimeSpan.FromDays(1)).AsTask()).ToArray();
        var all = Task.WhenAll(rents);
        Pump(() => all.IsCompleted);
        foreach (var lease in all.Result)
        {
            lease.Use();
        }

        Assert.Equal(_options.MaxSize, _pool.GetStatistics().Counts.Leased);
        Assert.Equal(_options.MaxSize, rents.Select(rent => rent.Result.SessionId()).Distinct().Count());
        foreach (var rent in rents)
        {
            rent.Result.Dispose();
        }

        Settle();
    }

    private void Close()
    {
        var closing = _pool.DisposeAsync().AsTask();
        Pump(() => closing.IsCompleted);
        closing.GetAwaiter().GetResult();
        Pump(() => _database.Sessions == 0 && _provider.Disposals == 1
            && _pool.GetStatistics() is var last && last.ConnectionsOpened == last.ConnectionsClosed && last.ConnectionsOpened == _database.Opened);

        var statistics = _pool.GetStatistics();
        Assert.Empty(_database.Violations);
        Assert.Equal(0, statistics.Counts.Total);
        Assert.Equal(0, statistics.Counts.Waiting);


        // What the pool gives up for taking too long, or because its circuit opened, may linger at the server, beside
        // its replacement.
        Assert.True(
            _options.ShortTimeouts || _options.Breaks || _database.PeakSessions <= _highestLimit,
            $"{_database.PeakSessions} sessions at once, {_highestLimit} allowed");
        Assert.True(_served + _refused > 0);
    }
}
