using Cenote.Cli.Clients;

namespace Cenote.Cli.Checking;

/// <summary>The pool's counts add up with each other and with what the callers counted.</summary>
internal static class PoolCheck
{
    /// <param name="atRest">Taken when every client had stopped.</param>
    /// <param name="closed">Taken after the pool was disposed of.</param>
    /// <param name="rents">What the callers counted.</param>
    /// <param name="peaks">The most that was ever seen.</param>
    public static CheckFinding Run(PoolStatistics atRest, PoolStatistics closed, RentTally rents, PoolPeaks peaks)
    {
        var problems = new ProblemList();
        var counts = atRest.Counts;
        Equal("connections leased at rest", counts.Leased, 0);
        Equal("callers waiting at rest", counts.Waiting, 0);
        Equal("connections opened − closed", atRest.Opened - atRest.ClosedTotal, counts.Total - counts.Opening);
        Equal("rents counted by the pool", atRest.Rents, rents.Given);
        Equal("timeouts counted by the pool", atRest.Timeouts, rents.Timeouts);
        Equal("failed rents counted by the pool", atRest.Errors, rents.OpenFailures);
        Equal("rents refused by the circuit, counted by the pool", atRest.CircuitRejections, rents.CircuitRejections);

        // A caller whose token was signalled before it could queue is told so, and is no waiter that cancelled.
        problems.AddIf(
            atRest.Cancellations > rents.Cancellations,
            $"Cancelled waits counted by the pool: {atRest.Cancellations}; only {rents.Cancellations} callers were told that theirs had ended.");
        problems.AddIf(peaks.AboveLimit is not null, $"More connections were open than allowed: {peaks.AboveLimit}.");
        Equal("connections open after the pool was closed", closed.Counts.Total, 0);
        Equal("connections opened − closed after the pool was closed", closed.Opened - closed.ClosedTotal, 0);
        return problems.ToFinding(
            "pool",
            "the pool's counts add up",
            $"{atRest.Rents} rents, {atRest.Opened} opened − {atRest.ClosedTotal} closed = {counts.Total} open, {closed.Counts.Total} left after closing");

        void Equal(string what, long found, long expected) =>
            problems.AddIf(found != expected, $"{char.ToUpperInvariant(what[0])}{what[1..]}: {found}; there should be {expected}.");
    }
}
