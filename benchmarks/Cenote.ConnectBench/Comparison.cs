namespace Cenote.ConnectBench;

/// <summary>Two sides over the same rounds: the median of the rounds' own ratios, and an interval that holds it nineteen times out of twenty.</summary>
internal sealed record Comparison(double Ratio, double Low, double High)
{
    internal static Comparison Of(IEnumerable<double> ours, IEnumerable<double> theirs)
    {
        double[] ratios = [.. ours.Zip(theirs, static (our, their) => our / their).Order()];

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

    public override string ToString() => $"{Ratio:0.00} ({Low:0.00}-{High:0.00})";
}
