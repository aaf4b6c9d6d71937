using System.Runtime.CompilerServices;
using Cenote.Budgets;

namespace Cenote.Tests.Budgets;

public sealed class PermitLedgerTests
{
    [Fact]
    public void A_permit_granted_for_a_caller_that_left_is_not_head_room()
    {
        var ledger = new PermitLedger(1);
        var (holder, left, waiting) = (Join(ledger), Join(ledger), Join(ledger));
        var held = Take(ledger, holder, wanted: 1);
        Assert.Null(Take(ledger, left, wanted: 1));
        Assert.Null(Take(ledger, waiting, wanted: 1));
        held!.Dispose();
        Assert.Equal((1, 0), (left.Granted, waiting.Granted));

        Assert.Null(Take(ledger, left, wanted: 0));
        Assert.Equal((0, 1), (left.Granted, waiting.Granted));
        Take(ledger, waiting, wanted: 1)!.Dispose();
        Take(ledger, left, wanted: 0)!.Dispose();
        Assert.Equal(0, ledger.Read(static view => view.Used));
    }

    [Fact]
    public void A_free_permit_is_one_that_no_pool_waits_for_or_is_guaranteed()
    {
        var ledger = new PermitLedger(2);
        var other = Join(ledger);
        var guaranteed = Join(ledger, guaranteed: 1);
        var held = ledger.TryTakeFree(other);
        Assert.NotNull(held);
        Assert.Null(ledger.TryTakeFree(other));
        ledger.TryTakeFree(guaranteed)!.Dispose();
        held.Dispose();
        Assert.Equal((0, 0), (ledger.Read(static view => view.Used), ledger.Read(static view => view.WaitingPools)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_reclaim_of_a_permit_that_another_call_owns_is_off(bool isKeptFirst)
    {
        var ledger = new PermitLedger(1);
        var pool = new StillPool(seconds: 1);
        var (holder, waiting) = (ledger.TryJoin(pool, 0)!, Join(ledger));
        var permit = Take(ledger, holder, wanted: 1)!;
        Assert.Null(Take(ledger, waiting, wanted: 1));
        ledger.Notify();
        Assert.True(pool.IsReclaimed);
        if (isKeptFirst)
        {
            permit.Keep();
            permit.BeginReclaim();
        }
        else
        {
            permit.BeginReclaim();
            permit.Keep();
        }

        Assert.Equal(0, holder.Reclaiming);
        permit.Dispose();
        Assert.Equal(0, waiting.Granted);
        permit.Dispose();
        Assert.Equal(1, waiting.Granted);
    }

    [Fact]
    public void The_connection_that_was_idle_for_the_longest_makes_room()
    {
        var ledger = new PermitLedger(3);
        StillPool[] pools = [new(seconds: 5), new(seconds: 7), new(seconds: 6)];
        foreach (var pool in pools)
        {
            Assert.NotNull(Take(ledger, ledger.TryJoin(pool, 0)!, wanted: 1));
        }

        Assert.Null(Take(ledger, Join(ledger), wanted: 1));
        ledger.Notify();
        Assert.Equal([false, true, false], pools.Select(static pool => pool.IsReclaimed));
    }

    [Fact]
    public void What_a_pool_waits_for_within_its_guarantee_makes_room_once()
    {
        var ledger = new PermitLedger(3);
        StillPool[] pools = [new(seconds: 5), new(seconds: 7), new(seconds: 6)];
        foreach (var pool in pools)
        {
            Assert.NotNull(Take(ledger, ledger.TryJoin(pool, 0)!, wanted: 1));
        }

        var guaranteed = Join(ledger, guaranteed: 2);
        Assert.Equal([false, true, true], pools.Select(static pool => pool.IsReclaimed));

        Assert.Null(Take(ledger, guaranteed, wanted: 2));
        ledger.Notify();
        Assert.Equal([false, true, true], pools.Select(static pool => pool.IsReclaimed));

        // One more than is guaranteed.
        Assert.Null(Take(ledger, guaranteed, wanted: 3));
        ledger.Notify();
        Assert.Equal([true, true, true], pools.Select(static pool => pool.IsReclaimed));
    }

    [Fact]
    public void A_connection_counts_as_reclaimed_once_its_permit_is_back()
    {
        var ledger = new PermitLedger(1);
        var holder = ledger.TryJoin(new StillPool(seconds: 1), 0)!;
        var permit = Take(ledger, holder, wanted: 1)!;
        Assert.Null(Take(ledger, Join(ledger), wanted: 1));
        ledger.Notify();
        Assert.Equal((1, 0), (holder.Reclaiming, ledger.Read(static view => view.Reclaimed)));
        permit.BeginReclaim();
        permit.Dispose();
        Assert.Equal((0, 1), (holder.Reclaiming, ledger.Read(static view => view.Reclaimed)));
    }

    [Fact]
    public void What_one_pool_throws_keeps_no_other_waiting()
    {
        var ledger = new PermitLedger(2);
        var holder = Join(ledger);
        Permit[] permits = [Take(ledger, holder, wanted: 1)!, Take(ledger, holder, wanted: 1)!];
        StillPool[] pools = [new() { Failure = new InvalidOperationException("a clock") }, new()];
        Assert.All(pools, pool => Assert.Null(Take(ledger, ledger.TryJoin(pool, 0)!, wanted: 1)));
        Array.ForEach(permits, static permit => permit.GiveBack());
        ledger.Notify();
        Assert.Equal([1, 1], pools.Select(static pool => pool.Settlements));
        Assert.Equal(("a clock", null), (pools[0].Recorded?.Message, pools[1].Recorded));
    }

    [Fact]
    public void An_interrupted_thread_leaves_what_is_to_be_done_to_another()
    {
        var ledger = new PermitLedger(1);
        var permit = Take(ledger, Join(ledger), wanted: 1)!;
        var pool = new StillPool { Failure = new ThreadInterruptedException() };
        Assert.Null(Take(ledger, ledger.TryJoin(pool, 0)!, wanted: 1));
        permit.GiveBack();
        Assert.Throws<ThreadInterruptedException>(ledger.Notify);
        Assert.Throws<ThreadInterruptedException>(ledger.Notify);
        Assert.Equal((2, null), (pool.Settlements, pool.Recorded));
    }

    [Fact]
    public async Task A_permit_that_nothing_has_any_more_comes_back()
    {
        var ledger = new PermitLedger(1);
        Forget();
        await Patience.SoonAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return ledger.Read(static view => view.Used) == 0;
        });

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Forget() => Assert.NotNull(Take(ledger, Join(ledger), wanted: 1));
    }

    [Fact]
    public async Task A_return_lets_the_longest_idle_connection_of_all_pools_go()
    {
        await using var test = new BudgetedPools(2);
        await test.UseAsync("longest");
        await test.Time.StepAsync(TimeSpan.FromSeconds(5));
        var held = await test["returned"].RentAsync().AsTask().Soon();

        // The other pool has begun to wait, and has not looked yet.
        var ledger = test.Budget.Ledger;
        var waiting = Join(ledger);
        Assert.Null(Take(ledger, waiting, wanted: 1));
        held.Dispose();
        await test.When("longest", static counts => counts.Total == 0);
        Assert.Equal((1, 1), (test.CountsOf("returned").Idle, waiting.Granted));
        ledger.Leave(waiting);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public void A_pool_without_a_connection_keeps_its_turn_when_its_callers_time_out(int timeouts)
    {
        var ledger = new PermitLedger(1);
        var (holder, impatient, patient) = (Join(ledger), Join(ledger), Join(ledger));
        var permit = Take(ledger, holder, wanted: 1)!;
        Assert.Null(Take(ledger, impatient, wanted: 1));
        Assert.Null(Take(ledger, patient, wanted: 1));
        for (var i = 0; i < timeouts; i++)
        {
            ledger.WantNone(impatient);
            Assert.Null(Take(ledger, impatient, wanted: 1));
        }

        permit.Dispose();
        Assert.Equal((1, 0), (impatient.Granted, patient.Granted));

        // Once: then it is behind the other.
        permit = Take(ledger, impatient, wanted: 1)!;
        Assert.Null(Take(ledger, impatient, wanted: 1));
        permit.Dispose();
        Assert.Equal((0, 1), (impatient.Granted, patient.Granted));
    }

    /// <summary>Closes take long, so the waiting pool has none yet while further connections are returned.</summary>
    [Fact]
    public void A_pool_whose_own_callers_wait_gives_up_no_more_than_others_wait_for()
    {
        var ledger = new PermitLedger(4);
        var (holder, waiting) = (Join(ledger), Join(ledger));
        var permits = Enumerable.Range(0, 4).Select(_ => Take(ledger, holder, wanted: 1)!).ToList();
        Assert.Null(Take(ledger, holder, wanted: 4));
        Assert.Null(Take(ledger, waiting, wanted: 1));

        Assert.Equal([true, false], [MustYield(), MustYield()]);
        permits[0].BeginReclaim();
        permits[0].Dispose();
        Assert.Equal((1, 3, false), (waiting.Granted, holder.Held, MustYield()));

        // Of four, each pool has two.
        Assert.NotNull(Take(ledger, waiting, wanted: 1));
        Assert.Null(Take(ledger, waiting, wanted: 3));
        Assert.Equal([true, false], [MustYield(), MustYield()]);

        bool MustYield() => ledger.TryBeginReclaim(holder, now: TimeSpan.Zero, open: TimeSpan.FromSeconds(1), longestWait: TimeSpan.FromHours(1));
    }

    private static BudgetShare Join(PermitLedger ledger, int guaranteed = 0) => ledger.TryJoin(new StillPool(), guaranteed)!;

    private static Permit? Take(PermitLedger ledger, BudgetShare share, int wanted) =>
        ledger.TryTake(share, wanted, now: TimeSpan.Zero, isBlocking: false);

    /// <summary>A pool whose settlement is the test's affair.</summary>
    private sealed class StillPool(int? seconds = null) : IBudgetedPool
    {
        public bool IsReclaimed { get; private set; }

        public string Name => "still";

        public void Attend(bool on)
        {
        }

        public IdleConnection? FindLongestIdle(long look) => seconds is { } idle && !IsReclaimed ? new IdleConnection(0, 0, TimeSpan.FromSeconds(idle), look) : null;

        public int CountIdle() => 0;

        public int CountWanted() => 0;

        public bool TryReclaim(in IdleConnection idle) => IsReclaimed = true;

        public Exception? Failure { get; init; }

        public Exception? Recorded { get; private set; }

        public int Settlements { get; private set; }

        public void Settle()
        {
            Settlements++;
            if (Failure is not null)
            {
                throw Failure;
            }
        }

        public void RecordFailure(Exception exception) => Recorded = exception;
    }
}
