using Cenote.Events;
using Cenote.Leasing;
using Cenote.Maintenance;
using Cenote.Options;
using Cenote.Providers;
using Cenote.Statistics;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cenote.Tests.Sizing.Simulation;

/// <summary>
/// The real lease desk, slots, capacity and retirement of idle connections, in virtual time and on one thread. An open
/// takes a fixed time.
/// </summary>
internal sealed class SimulatedPool
{
    private static readonly CallSite Site = new("file", 1, "member");

    private readonly VirtualTime _time;
    private readonly LeaseDesk _desk;
    private readonly RentPath _rents;
    private readonly IdleRetirement _retirement;
    private readonly PoolSettings _settings;
    private readonly Queue<(Waiter Waiter, TimeSpan Since, Func<TimeSpan> Use)> _waiting = new();
    private TimeSpan _countedAt;
    private int _open;

    public SimulatedPool(VirtualTime time, Action<ConnectionPoolOptions> configure, TimeSpan open)
    {
        _time = time;
        var options = new ConnectionPoolOptions
        {
            Name = "day",
            MinSize = 0,
            AcquireTimeout = TimeSpan.FromHours(1),
            ValidationInterval = Timeout.InfiniteTimeSpan,
            ResetMode = ResetMode.None,
            CircuitBreaker = null,
            TimeProvider = time,
        };
        configure(options);
        var provider = new StubProvider(new StubDatabase());
        _settings = PoolSettings.Create(provider, options);
        _desk = new LeaseDesk(_settings.Clock, new Meters(), _settings.CreateCapacity());
        var journal = new PoolJournal(_settings, NullLogger.Instance);
        _rents = new RentPath(_desk, _settings, new RentTraces(_settings, new PoolLabels(_settings.Name, provider)), nesting: null, provider);
        _rents.Contexts = new ContextRents(_rents, _desk, _settings, provider, journal);
        _retirement = new IdleRetirement(_settings, _desk);
        var work = new Work(this, provider, open);
        _desk.Tick(long.MaxValue);
        _desk.Start(work, new RentFailures(_settings, _desk, journal));
        _time.Schedule(TimeSpan.FromSeconds(1), Tick);
    }

    public PoolCounts Counts => _desk.Count();

    public int Opened { get; private set; }

    public int MostOpen { get; private set; }

    public int Waits { get; private set; }

    public int Rents { get; private set; }

    public TimeSpan LongestWait { get; private set; }

    public TimeSpan WaitedTogether { get; private set; }

    /// <summary>How long connections were open, added up.</summary>
    public TimeSpan OpenTime { get; private set; }

    /// <summary>A caller comes, uses a connection for so long and returns it.</summary>
    public void Come(Func<TimeSpan> use)
    {
        Rents++;
        if (_rents.TryRentPlain(Site) is { IsValid: true } lease)
        {
            Hold(lease, use);
            return;
        }

        var timeout = _settings.AcquireTimeout;
        var waiter = _desk.Enqueue(new RentRequest(timeout, _desk.Clock.Elapsed + timeout, CancellationToken.None, Site), isBlocking: true);
        _waiting.Enqueue((waiter, _time.Now, use));
        if (!waiter.IsDone)
        {
            Waits++;
        }

        Serve();
    }

    private void Hold(ConnectionLease lease, Func<TimeSpan> use) => _time.Schedule(use(), () =>
    {
        lease.Dispose();
        Serve();
    });

    /// <summary>Starts the uses of callers that were served meanwhile, in their order.</summary>
    private void Serve()
    {
        while (_waiting.TryPeek(out var next) && next.Waiter.IsDone)
        {
            _waiting.Dequeue();
            var waited = _time.Now - next.Since;
            WaitedTogether += waited;
            LongestWait = waited > LongestWait ? waited : LongestWait;
            Hold(next.Waiter.WaitBlocking(), next.Use);
        }
    }

    private void Tick()
    {
        _desk.Tick(long.MaxValue);
        _retirement.Run();
        _desk.Settle();
        Serve();
        CountOpen(0);
        _time.Schedule(TimeSpan.FromSeconds(1), Tick);
    }

    private void CountOpen(int change)
    {
        OpenTime += (_time.Now - _countedAt) * _open;
        _countedAt = _time.Now;
        _open += change;
        MostOpen = Math.Max(MostOpen, _open);
    }

    private sealed class Work(SimulatedPool pool, StubProvider provider, TimeSpan open) : IConnectionWork
    {
        private readonly ConnectionSettings _settings = new()
        {
            SessionReset = SessionReset.ByPool,
            ResetMode = ResetMode.None,
            ConnectTimeout = TimeSpan.FromSeconds(1),
        };

        public void Open(Slot slot, bool needsOwnThread)
        {
            // The server counts a connection from the attempt on.
            pool.CountOpen(1);
            pool._time.Schedule(TimeSpan.Zero, () =>
            {
                if (!pool._desk.StillWantsOpening(slot))
                {
                    pool.CountOpen(-1);
                    pool._desk.OpenSkipped(slot);
                    return;
                }

                pool.Opened++;
                pool._time.Schedule(open, () => End(slot));
            });
        }

        public void Validate(Slot slot, bool needsOwnThread) => throw new NotSupportedException();

        public void Close(Slot slot, CloseReason reason)
        {
            slot.Physical!.CloseAsync().AsTask().Wait();
            pool.CountOpen(-1);
            pool._desk.Closed(slot, reason);
        }

        public void Abandon(Slot slot, CloseReason reason) => throw new NotSupportedException();

        public void CloseAbandoned(PhysicalConnection physical, CloseReason reason) => throw new NotSupportedException();

        public void RecordFailure(Slot slot, CloseReason reason, Exception? exception) => throw new NotSupportedException();

        public void NotifyCircuitChanged(CircuitState before, CircuitStatus status) => throw new NotSupportedException();

        private void End(Slot slot)
        {
            var physical = provider.CreateConnection(_settings);
            physical.Open();
            pool._desk.Expected.Opens.Record(open);
            pool._desk.Opened(slot, physical, long.MaxValue);
            pool.Serve();
        }
    }
}
