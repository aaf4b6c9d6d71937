namespace Cenote.Reporting;

/// <summary>
/// Two sides over the same rounds: the median of the rounds' own ratios, and an interval that holds it nineteen times
/// out of twenty.
/// </summary>
/// <param name="Ratio">The median.</param>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">The interval's upper end.</param>
internal sealed record PairedRatio(double Ratio, double Low, double High)
{
    internal static PairedRatio Of(IEnumerable<double> ours, IEnumerable<double> theirs)
    {
        double[] ratios = [.. ours.Zip(theirs, static (our, their) => our / their).Order()];

        // Order statistics: how many rounds lie below the true median is binomial, whatever the distribution.
        var rank = Math.Max(0, (int)Math.Floor((ratios.Length - (1.96 * Math.Sqrt(ratios.Length))) / 2) - 1);
        return new PairedRatio(Median.Of(ratios), ratios[rank], ratios[^(rank + 1)]);
    }

    public override string ToString() => $"{Ratio:0.00} ({Low:0.00}-{High:0.00})";
}
