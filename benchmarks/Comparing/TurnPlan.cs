namespace Cenote.Comparing;

/// <summary>How the time of a run is divided between two arrangements of pools.</summary>
/// <param name="WarmUp">How long each works at first without being measured: code is compiled, connections are
/// opened.</param>
/// <param name="Pairs">Pairs of phases, one phase for each arrangement.</param>
internal readonly record struct TurnPlan(TimeSpan WarmUp, int Pairs)
{
    // Long enough that its end costs little; short enough that a pair meets the same machine, and that there are many
    // pairs.
    private static readonly TimeSpan ShortestPhase = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPhase = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ShortestWarmUp = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(1);

    public static TurnPlan For(TimeSpan duration)
    {
        var phase = Within(duration / 40, ShortestPhase, LongestPhase);
        var warmUp = Within(duration / 40, ShortestWarmUp, LongestWarmUp);
        return new TurnPlan(warmUp, Math.Max(1, (int)((duration - (2 * warmUp)) / (2 * phase))));
    }

    /// <summary>How long the phases of a pair are, so that the last pair ends when the run does.</summary>
    /// <param name="pair">The pair, from 0.</param>
    /// <param name="left">What is left of the run.</param>
    public TimeSpan PhaseOf(int pair, TimeSpan left) => left / (2 * (Pairs - pair));

    private static TimeSpan Within(TimeSpan value, TimeSpan minimum, TimeSpan maximum) =>
        value < minimum ? minimum : value > maximum ? maximum : value;
}
