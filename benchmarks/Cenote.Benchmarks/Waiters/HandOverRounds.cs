namespace Cenote.Benchmarks.Waiters;

/// <summary>Hand-overs with few and with many waiters queued, in turn, so that both see the same machine.</summary>
internal sealed class HandOverRounds
{
    internal const int Few = 10;
    internal const int Many = 10_000;

    private const int Rounds = 9;
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(400);

    private readonly List<(double Few, double Many)> _rounds = [];

    internal double FewNanoseconds => Median(_rounds.Select(static round => round.Few));

    internal double ManyNanoseconds => Median(_rounds.Select(static round => round.Many));

    /// <summary>The median of the rounds' own ratios.</summary>
    internal double Ratio => Median(_rounds.Select(static round => round.Many / round.Few));

    internal static HandOverRounds Run()
    {
        var rounds = new HandOverRounds();

        // The first round compiles what the others measure.
        rounds.RunRound(manyFirst: false);
        rounds._rounds.Clear();
        for (var i = 0; i < Rounds; i++)
        {
            rounds.RunRound(manyFirst: i % 2 == 1);
        }

        return rounds;
    }

    private void RunRound(bool manyFirst)
    {
        var first = Crowd.Measure(manyFirst ? Many : Few, Duration);
        var second = Crowd.Measure(manyFirst ? Few : Many, Duration);
        _rounds.Add(manyFirst ? (second, first) : (first, second));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
