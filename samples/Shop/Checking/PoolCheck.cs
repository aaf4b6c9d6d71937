using Cenote.Shop.Pools;

namespace Cenote.Shop.Checking;

/// <summary>A pool's counts add up with each other and with what the callers counted.</summary>
internal static class PoolCheck
{
    /// <param name="sight">Taken when every client had stopped.</param>
    /// <param name="closed">Taken after the pool was disposed of.</param>
    /// <param name="hasMovedCallers">Whether callers may have been moved to another pool: then this one may count what
    /// none of them was told, never the reverse.</param>
    public static CheckFinding Run(PoolSight sight, PoolStatistics closed, bool hasMovedCallers = false)
    {
        var problems = new ProblemList();
        var (atRest, rents) = (sight.Statistics, sight.Rents);
        var counts = atRest.Counts;
        Equal("connections leased at rest", counts.Leased, 0);
        Equal("callers waiting at rest", counts.Waiting, 0);
        Equal("connections opened − closed", atRest.ConnectionsOpened - atRest.ConnectionsClosed, counts.Total - counts.Opening);
        Agree("rents counted by the pool", atRest.Rents, rents.Given);
        Agree("timeouts counted by the pool", atRest.Timeouts, rents.Timeouts);
        Agree("failed rents counted by the pool", atRest.Errors, rents.OpenFailures);
        Agree("rents refused by the circuit, counted by the pool", atRest.CircuitRejections, rents.CircuitRejections);

        // A caller whose token was signalled before it could queue gets an exception, and does not count as a waiter
        // that cancelled.
        problems.AddIf(
            atRest.Cancellations > rents.Cancellations && !hasMovedCallers,
            $"Cancelled waits counted by the pool: {atRest.Cancellations}; only {rents.Cancellations} callers saw their wait end.");
        problems.AddIf(sight.Peaks.AboveLimit is not null, $"More connections were open than allowed: {sight.Peaks.AboveLimit}.");
        Equal("connections open after the pool was closed", closed.Counts.Total, 0);
        Equal("connections opened − closed after the pool was closed", closed.ConnectionsOpened - closed.ConnectionsClosed, 0);
        return problems.ToFinding(
            PoolNames.Check(sight.Part),
            $"the counts of {PoolNames.Within(sight.Part)} add up",
            $"{atRest.Rents} rents, {atRest.ConnectionsOpened} opened − {atRest.ConnectionsClosed} closed = {counts.Total} open, {closed.Counts.Total} left after closing{(hasMovedCallers ? "; callers were moved between pools" : "")}");

        void Equal(string what, long found, long expected) =>
            problems.AddIf(found != expected, $"{char.ToUpperInvariant(what[0])}{what[1..]}: {found}; there should be {expected}.");

        void Agree(string what, long found, long callers)
        {
            if (found < callers || !hasMovedCallers)
            {
                Equal(what, found, callers);
            }
        }
    }
}
