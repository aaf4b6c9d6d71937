namespace Cenote.QueryBench;

/// <summary>Two sides over the same rounds: the median of the rounds' own ratios, and an interval that holds it nineteen times out of twenty.</summary>
/// <param name="Ratio">The median.</param>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">The interval's upper end.</param>
internal sealed record Comparison(double Ratio, double Low, double High)
{
    internal static Comparison Of(Turn[] ours, Turn[] theirs)
    {
        double[] ratios = [.. ours.Zip(theirs, static (our, their) => our.Rate / their.Rate).Order()];

        // Order statistics: how many rounds lie below the true median is binomial, whatever the distribution.
        var rank = Math.Max(0, (int)Math.Floor((ratios.Length - (1.96 * Math.Sqrt(ratios.Length))) / 2) - 1);
        return new Comparison(Median(ratios), ratios[rank], ratios[^(rank + 1)]);
    }

    internal static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
