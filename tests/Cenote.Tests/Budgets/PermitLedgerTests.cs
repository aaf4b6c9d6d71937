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
        var (holder, waiting) = (Join(ledger), Join(ledger));
        var permit = Take(ledger, holder, wanted: 1)!;
        Assert.Null(Take(ledger, waiting, wanted: 1));
        Assert.True(ledger.TryBeginReclaim(holder, hasWaiters: false, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero));
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

        public void Settle()
        {
        }
    }
}
