using Cenote.Shop.Clients;
using Cenote.Shop.Pools;

namespace Cenote.Comparing;

/// <summary>
/// Lets clients work through one arrangement and then the other, in pairs of short phases. Each pair has wishes of its
/// own, the same in both phases; the order within pairs changes, so that neither always meets the larger shop.
/// </summary>
/// <param name="fleet">The clients.</param>
/// <param name="split">One writer and readers.</param>
/// <param name="mixed">One pool.</param>
/// <param name="duration">How long all of it takes.</param>
/// <param name="clock">The time.</param>
internal sealed class WorkInTurns(ClientFleet fleet, Arrangement split, Arrangement mixed, TimeSpan duration, TimeProvider clock)
{
    // Less tells nothing, since the clients hardly begin.
    private static readonly TimeSpan ShortestPhase = TimeSpan.FromMilliseconds(20);

    private readonly TurnPlan _plan = TurnPlan.For(duration);
    private Turn _turn = new(split.Kind);

    /// <summary>Safe to read from any thread.</summary>
    public Turn Turn => Volatile.Read(ref _turn);

    /// <param name="stopping">Ends the run early, after the operations at hand; waits for a connection end at
    /// once.</param>
    public async Task<Comparison> RunAsync(CancellationToken stopping)
    {
        var started = clock.GetTimestamp();
        await WorkAsync(split, pair: 0, _plan.WarmUp, stopping);
        await WorkAsync(mixed, pair: 0, _plan.WarmUp, stopping);
        var pairs = new List<PairMeasure>();
        for (var pair = 0; pair < _plan.Pairs; pair++)
        {
            var phase = _plan.PhaseOf(pair, duration - clock.GetElapsedTime(started));
            if (phase < ShortestPhase)
            {
                // Operations took so long that no time is left; one pair there is to be.
                if (pairs.Count > 0)
                {
                    break;
                }

                phase = ShortestPhase;
            }

            var isSplitFirst = pair % 2 == 0;
            var first = await WorkAsync(isSplitFirst ? split : mixed, pair + 1, phase, stopping);
            var second = await WorkAsync(isSplitFirst ? mixed : split, pair + 1, phase, stopping);
            if (first is null || second is null)
            {
                break;
            }

            pairs.Add(isSplitFirst ? new PairMeasure(first, second) : new PairMeasure(second, first));
        }

        return new Comparison(pairs);
    }

    /// <returns><see langword="null"/> when the run ended before the phase did.</returns>
    private async Task<PhaseMeasure?> WorkAsync(Arrangement pools, int pair, TimeSpan length, CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested)
        {
            return null;
        }

        Volatile.Write(ref _turn, new Turn(pools.Kind, pair, _plan.Pairs));
        var meters = new OperationMeters(pools.Meters);
        (long Done, TimeSpan After)? counted = null;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        pools.Begin();
        var started = clock.GetTimestamp();

        // Counted when the phase is over, not when its last client has stopped: how long that takes says little about
        // the rate.
        await using (clock.CreateTimer(_ => EndPhase(), state: null, length, Timeout.InfiniteTimeSpan))
        {
            await fleet.RunAsync(pools, meters, new Shift(ends.Token, stopping), wishes: pair);
        }

        pools.End();
        return counted is var (done, after) ? PhaseMeasure.Of(done, after, meters.Reads.Summarize(), meters.Writes.Summarize()) : null;

        void EndPhase()
        {
            if (!stopping.IsCancellationRequested)
            {
                counted = (meters.Total(OperationOutcome.Done), clock.GetElapsedTime(started));
            }

            ends.Cancel();
        }
    }
}
