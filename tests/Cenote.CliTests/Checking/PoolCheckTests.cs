using Cenote.Cli.Checking;
using Cenote.Cli.Clients;

namespace Cenote.CliTests.Checking;

public sealed class PoolCheckTests
{
    private static readonly PoolStatistics AtRest = Statistics(new PoolCounts { Idle = 2, Limit = 10 }, opened: 5, closed: 3);
    private static readonly PoolStatistics AfterClosing = Statistics(new PoolCounts { Limit = 10 }, opened: 5, closed: 5);

    [Fact]
    public void Counts_that_add_up_hold() => Assert.True(Check(AtRest, AfterClosing).Holds);

    [Fact]
    public void A_lease_that_never_came_back_is_found() =>
        Refuses(AtRest with { Counts = new PoolCounts { Idle = 1, Leased = 1, Limit = 10 } }, AfterClosing, "leased at rest: 1");

    [Fact]
    public void A_waiter_that_was_forgotten_is_found() =>
        Refuses(AtRest with { Counts = new PoolCounts { Idle = 2, Waiting = 1, Limit = 10 } }, AfterClosing, "waiting at rest: 1");

    [Fact]
    public void A_connection_that_was_opened_without_being_counted_is_found() => Refuses(AtRest with { Opened = 4 }, AfterClosing, "opened − closed: 1");

    [Fact]
    public void A_rent_that_nobody_had_is_found() => Refuses(AtRest with { Rents = 1 }, AfterClosing, "Rents counted by the pool: 1");

    [Fact]
    public void A_timeout_that_nobody_saw_is_found() => Refuses(AtRest with { Timeouts = 1 }, AfterClosing, "Timeouts counted by the pool: 1");

    [Fact]
    public void A_cancelled_wait_that_nobody_was_told_of_is_found() => Refuses(AtRest with { Cancellations = 1 }, AfterClosing, "Cancelled waits counted by the pool: 1");

    [Fact]
    public void A_cancellation_that_came_before_the_queue_is_no_wait()
    {
        var rents = new RentTally();
        rents.CountFailure(new OperationCanceledException());

        Assert.True(PoolCheck.Run(AtRest, AfterClosing, rents, new PoolPeaks()).Holds);
    }

    [Fact]
    public void Refusals_of_the_circuit_that_no_caller_saw_are_found() =>
        Refuses(AtRest with { CircuitRejections = 1 }, AfterClosing, "refused by the circuit");

    [Fact]
    public void A_connection_that_outlives_the_pool_is_found() => Refuses(AtRest, AtRest, "after the pool was closed");

    [Fact]
    public void More_connections_than_allowed_are_found_though_seen_only_once()
    {
        var peaks = new PoolPeaks();
        peaks.See(new PoolCounts { Leased = 11, Limit = 10 });
        peaks.See(new PoolCounts { Leased = 1, Limit = 10 });

        Assert.Contains(PoolCheck.Run(AtRest, AfterClosing, new RentTally(), peaks).Problems, problem => problem.Contains("11 of 10", StringComparison.Ordinal));
    }

    private static void Refuses(PoolStatistics atRest, PoolStatistics closed, string problem) =>
        Assert.Contains(Check(atRest, closed).Problems, text => text.Contains(problem, StringComparison.Ordinal));

    private static CheckFinding Check(PoolStatistics atRest, PoolStatistics closed) => PoolCheck.Run(atRest, closed, new RentTally(), new PoolPeaks());

    private static PoolStatistics Statistics(PoolCounts counts, long opened, long closed) => new()
    {
        PoolName = "shop",
        Time = DateTimeOffset.UnixEpoch,
        Counts = counts,
        Rents = 0,
        Waits = 0,
        Timeouts = 0,
        Cancellations = 0,
        Errors = 0,
        Opened = opened,
        OpenFailures = 0,
        Closed = new Dictionary<CloseReason, long> { [CloseReason.Idle] = closed },
        WaitTime = default,
        UseTime = default,
        ConnectTime = default,
        LastOpenFailure = null,
    };
}
