namespace Cenote.Comparing;

/// <summary>
/// How likely so many pairs are on one side by chance, if neither side had an advantage: the sign test
/// (Dixon and Mood, "The statistical sign test", 1946). It supposes nothing about how measurements scatter.
/// </summary>
internal static class SignTest
{
    /// <summary>The chance of at least this many of the pairs, each with a chance of one half.</summary>
    public static double Chance(int pairs, int onOneSide)
    {
        // In logarithms: a long run has thousands of pairs, and 2 to the power of -1,100 does not fit a double.
        var combinations = 0.0;
        var chance = 0.0;
        for (var count = 0; count <= pairs; count++)
        {
            if (count >= onOneSide)
            {
                chance += Math.Exp(combinations - (pairs * Math.Log(2)));
            }

            combinations += Math.Log((double)(pairs - count) / (count + 1));
        }

        return Math.Min(1, chance);
    }
}
