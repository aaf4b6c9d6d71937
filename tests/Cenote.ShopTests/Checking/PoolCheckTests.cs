using Cenote.Shop.Checking;
using Cenote.Shop.Clients;
using Cenote.Shop.Pools;

namespace Cenote.ShopTests.Checking;

public sealed class PoolCheckTests
{
    private static readonly PoolStatistics AtRest = NewAtRest();
    private static readonly PoolStatistics AfterClosing = Numbers.Pool(new PoolCounts { Limit = 10 }, opened: 5, closed: 5);

    [Fact]
    public void Counts_that_add_up_hold() => Assert.True(Check(AtRest, AfterClosing).Holds);

    [Theory]
    [InlineData(PoolPart.Mixed, "pool")]
    [InlineData(PoolPart.Writer, "pool_writer")]
    [InlineData(PoolPart.Readers, "pool_readers")]
    internal void Each_pool_has_a_check_of_its_own(PoolPart part, string name)
    {
        var finding = PoolCheck.Run(new PoolSight(part, NewAtRest(rents: 1), new RentTally(), new PoolPeaks()), AfterClosing);

        Assert.Equal(name, finding.Name);
        Assert.False(finding.Holds);
    }

    [Fact]
    public void A_lease_that_never_came_back_is_found() =>
        Refuses(Numbers.Pool(new PoolCounts { Idle = 1, Leased = 1, Limit = 10 }, opened: 5, closed: 3), AfterClosing, "leased at rest: 1");

    [Fact]
    public void A_waiter_that_was_forgotten_is_found() =>
        Refuses(Numbers.Pool(new PoolCounts { Idle = 2, Waiting = 1, Limit = 10 }, opened: 5, closed: 3), AfterClosing, "waiting at rest: 1");

    [Fact]
    public void A_connection_that_was_opened_without_being_counted_is_found() => Refuses(Numbers.Pool(new PoolCounts { Idle = 2, Limit = 10 }, opened: 4, closed: 3), AfterClosing, "opened − closed: 1");

    [Fact]
    public void A_rent_without_a_holder_is_found() => Refuses(NewAtRest(rents: 1), AfterClosing, "Rents counted by the pool: 1");

    [Fact]
    public void A_timeout_without_a_caller_is_found() => Refuses(NewAtRest(timeouts: 1), AfterClosing, "Timeouts counted by the pool: 1");

    [Fact]
    public void A_cancelled_wait_without_a_caller_is_found() => Refuses(NewAtRest(cancellations: 1), AfterClosing, "Cancelled waits counted by the pool: 1");

    [Fact]
    public void A_cancellation_before_the_queue_does_not_count_as_a_wait()
    {
        var rents = new RentTally();
        rents.CountFailure(new OperationCanceledException());

        Assert.True(Check(AtRest, AfterClosing, rents).Holds);
    }

    [Fact]
    public void Refusals_of_the_circuit_that_no_caller_saw_are_found() =>
        Refuses(NewAtRest(circuitRejections: 1), AfterClosing, "refused by the circuit");

    [Fact]
    public void A_connection_that_outlives_the_pool_is_found() => Refuses(AtRest, AtRest, "after the pool was closed");

    [Fact]
    public void More_connections_than_allowed_are_found_though_seen_only_once()
    {
        var peaks = new PoolPeaks();
        peaks.See(new PoolCounts { Leased = 11, Limit = 10 });
        peaks.See(new PoolCounts { Leased = 1, Limit = 10 });

        Assert.Contains(Check(AtRest, AfterClosing, peaks: peaks).Problems, problem => problem.Contains("11 of 10", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_callers_were_moved_a_pool_may_count_more_than_they_saw()
    {
        var statistics = NewAtRest(rents: 1, errors: 1, timeouts: 1, cancellations: 1, circuitRejections: 1);

        Assert.True(PoolCheck.Run(Sight(statistics, new RentTally(), new PoolPeaks()), AfterClosing, hasMovedCallers: true).Holds);
    }

    [Fact]
    public void Where_callers_were_moved_a_lease_that_the_pool_never_counted_is_still_found()
    {
        var rents = new RentTally();
        rents.CountLease();

        var finding = PoolCheck.Run(Sight(AtRest, rents, new PoolPeaks()), AfterClosing, hasMovedCallers: true);

        Assert.Contains(finding.Problems, problem => problem.Contains("Rents counted by the pool: 0", StringComparison.Ordinal));
    }

    private static PoolStatistics NewAtRest(long rents = 0, long errors = 0, long timeouts = 0, long cancellations = 0, long circuitRejections = 0) =>
        Numbers.Pool(
            new PoolCounts { Idle = 2, Limit = 10 }, opened: 5, closed: 3, rents: rents, errors: errors, timeouts: timeouts, cancellations: cancellations, circuitRejections: circuitRejections);

    private static void Refuses(PoolStatistics atRest, PoolStatistics closed, string problem) =>
        Assert.Contains(Check(atRest, closed).Problems, text => text.Contains(problem, StringComparison.Ordinal));

    private static CheckFinding Check(PoolStatistics atRest, PoolStatistics closed, RentTally? rents = null, PoolPeaks? peaks = null) =>
        PoolCheck.Run(Sight(atRest, rents ?? new RentTally(), peaks ?? new PoolPeaks()), closed);

    private static PoolSight Sight(PoolStatistics statistics, RentTally rents, PoolPeaks peaks) => new(PoolPart.Mixed, statistics, rents, peaks);
}
