using Cenote.Budgets;
using Cenote.Events;
using Cenote.Leasing;
using Cenote.Options;
using Cenote.Providers;
using Cenote.Sizing;
using Cenote.Statistics;
using Cenote.StubDriver;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cenote.InterleavingTests.Desk;

/// <summary>The real lease desk, slot table and waiter queue, with the stub driver under them.</summary>
internal sealed class TestDesk
{
    private static readonly CallSite Site = new("file", 1, "member");

    private readonly StubDatabase _database = new();
    private readonly Capacity _capacity;
    private readonly RentPath _rents;
    private long _order;

    public TestDesk(int size, int minimum = 0, ResetMode reset = ResetMode.None, int opened = -1, StillClock? clock = null, bool clearsInline = true, int minIdle = 0, PermitLedger? budget = null, int guaranteed = 0, IReadOnlyList<LaneOptions>? lanes = null)
    {
        Clock = clock ?? new StillClock();
        _database.DefersResets = clearsInline;
        var provider = new StubProvider(_database) { ClearsInline = clearsInline };
        _capacity = new Capacity(minimum, size, size, maxConcurrentOpens: size, TimeSpan.FromMilliseconds(100)) { MinIdle = minIdle };
        var settings = PoolSettings.Create(provider, new ConnectionPoolOptions { Name = "desk", MaxSize = size, MinSize = minimum, TimeProvider = Clock, Lanes = lanes ?? [] });
        Desk = new LeaseDesk(settings.Clock, new Meters(), _capacity, lanes: LaneTable.Create(settings, _capacity));
        var traces = new RentTraces(settings, new PoolLabels(settings.Name, provider));
        var journal = new PoolJournal(settings, NullLogger.Instance);
        _rents = new RentPath(Desk, settings, traces, nesting: null, provider);
        Work = new DeskWork(Desk, provider, new ConnectionSettings
        {
            SessionReset = SessionReset.ByPool,
            ResetMode = reset,
            ConnectTimeout = TimeSpan.FromSeconds(1),
        });
        if (budget is not null)
        {
            Check.That(Desk.TryJoin(budget, guaranteed), "no room in the budget");
        }

        Desk.Start(Work, new RentFailures(settings, Desk, journal));
        for (var leases = Fill(opened < 0 ? size : opened); leases.Count > 0;)
        {
            leases.Dequeue().Dispose();
        }
    }

    public StillClock Clock { get; }

    public LeaseDesk Desk { get; }

    public DeskWork Work { get; }

    public StubDatabase Database => _database;

    /// <summary>Rents as a blocking caller does.</summary>
    public ConnectionLease Rent() => _rents.Rent(Site, CancellationToken.None);

    /// <summary>Queues; an asynchronous caller looks at its result later, a blocking one waits for it.</summary>
    public Waiter Enqueue(bool blocks) => Enqueue(blocks, TimeSpan.FromSeconds(10));

    public Waiter Enqueue(bool blocks, TimeSpan timeout, int lane = 0) => Desk.Enqueue(
        new RentRequest(timeout, Desk.Clock.Elapsed + timeout, CancellationToken.None, Site) { Lane = lane },
        blocks);

    /// <summary>Queues a caller again that had a dead connection.</summary>
    /// <param name="last">The last place of the queue when it came.</param>
    public Waiter ComeBack(long last) => Desk.Enqueue(
        new RentRequest(TimeSpan.FromSeconds(10), Desk.Clock.Elapsed + TimeSpan.FromSeconds(10), CancellationToken.None, Site) { CameAfter = last, IsBack = true },
        isBlocking: true);

    /// <summary>Rents in a lane as a blocking caller does.</summary>
    public ConnectionLease RentIn(int lane) =>
        Desk.TryRentInLane(lane, Site) is { IsActive: true } lease ? lease : Enqueue(blocks: true, TimeSpan.FromSeconds(10), lane).WaitBlocking();

    public void RentUseReturn()
    {
        var lease = Rent();
        Use(lease);
        lease.Dispose();
    }

    /// <summary>The next number of the order in which callers were served.</summary>
    public long NextTurn() => Interlocked.Increment(ref _order);

    /// <summary>Fails when someone else holds the same session.</summary>
    public static void Use(ConnectionLease lease)
    {
        var connection = lease.Unwrap<StubConnection>();
        connection.BeginUse();
        connection.EndUse();
    }

    /// <summary>
    /// At rest: no caller waits, the counts agree with the server, and every connection can be rented again.
    /// </summary>
    public void CheckNothingLost(int size)
    {
        var counts = Desk.Count();
        Check.That(counts is { Waiting: 0, Leased: 0, Opening: 0, Resetting: 0, Validating: 0, Closing: 0 }, $"not at rest: {counts}");
        Check.That(counts.Total == Database.Sessions, $"{Database.Sessions} sessions, but {counts}");
        Check.That(counts.Total == _capacity.Total, $"the capacity says {_capacity.Total}, but {counts}");
        Check.That(counts.Total <= size, $"more than {size}: {counts}");
        Check.That(_capacity.ObsoleteOpens == 0, "an open that has ended counts as doomed");
        Check.That(Desk.ReadLanes().All(static lane => lane is { InUse: 0, Waiting: 0 }), $"lanes not at rest: {Desk.DescribeLanes()}");
        Check.That((Desk.Attention & ~(int)Attention.Lasting) == 0, $"attention is left over: {(Attention)Desk.Attention}");
        var leases = Fill(size);
        Check.That(Database.Sessions == size, $"{Database.Sessions} sessions instead of {size}");
        while (leases.Count > 0)
        {
            leases.Dequeue().Dispose();
        }

        CheckServer();
    }

    public void CheckServer() => Check.That(Database.Violations.Count == 0, string.Join("; ", Database.Violations));

    /// <summary>Rents so many connections.</summary>
    public Queue<ConnectionLease> Fill(int count)
    {
        var leases = new Queue<ConnectionLease>();
        for (var i = 0; i < count; i++)
        {
            var waiter = Enqueue(blocks: true, TimeSpan.FromMinutes(1));
            if (!waiter.IsDone)
            {
                // No timer runs here: an open that is held back, because leases were short, becomes due.
                Clock.Advance(TimeSpan.FromSeconds(1));
                Desk.LookAgainIfInDoubt();
            }

            leases.Enqueue(waiter.WaitBlocking());
        }

        return leases;
    }
}
