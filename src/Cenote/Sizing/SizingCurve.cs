namespace Cenote.Sizing;

/// <summary>
/// Throughput by the number of busy connections: it grows with some contention up to a knee, and is level beyond.
/// </summary>
/// <remarks>
/// Up to the knee, the curve is Amdahl's law, which is the Universal Scalability Law without crosstalk (Gunther,
/// "Guerrilla Capacity Planning", 2007). Where throughput falls beyond its peak, the knee is near the peak.
/// </remarks>
/// <param name="Knee">The number of connections from which on more gain nothing.</param>
/// <param name="Contention">The share of the work that only one connection at a time does.</param>
/// <param name="Most">The leases a second at the knee.</param>
internal readonly record struct SizingCurve(int Knee, double Contention, double Most)
{
    private static readonly double[] s_contentions = [0, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32];

    /// <summary>Gets the leases a second of one connection alone.</summary>
    internal double First => Most / Shape(Knee, Knee, Contention);

    /// <summary>
    /// Returns the curve that fits the samples by least squares. Of the ones that fit about as well, it is the one that
    /// needs the fewest connections.
    /// </summary>
    /// <param name="samples">Samples of different sizes.</param>
    /// <param name="dispersion">The variance of the leases in a second over their mean.</param>
    internal static SizingCurve Fit(List<SizingSample> samples, double dispersion)
    {
        var largest = samples.Max(static sample => sample.Size);
        var curves = new List<(double Misfit, SizingCurve Curve)>(largest * s_contentions.Length);
        for (var knee = 1; knee <= largest; knee++)
        {
            foreach (var contention in s_contentions)
            {
                curves.Add(Scale(samples, knee, contention));
            }
        }

        var least = curves.Min(static fit => fit.Misfit);
        return curves.Where(fit => fit.Misfit <= least + (dispersion / 2)).MinBy(static fit => fit.Curve.SizeFor(0.97)).Curve;
    }

    /// <summary>Returns the smallest size with this share of the most throughput.</summary>
    internal int SizeFor(double share)
    {
        var size = 1;
        while (size < Knee && Shape(size, Knee, Contention) < share * Shape(Knee, Knee, Contention))
        {
            size++;
        }

        return size;
    }

    private static (double Misfit, SizingCurve Curve) Scale(List<SizingSample> samples, int knee, double contention)
    {
        // The variance of a rate is the rate over the time, times the dispersion, which is the same for all.
        var (above, below) = (0.0, 0.0);
        foreach (var sample in samples)
        {
            var shape = Shape(sample.Size, knee, contention);
            above += sample.Seconds * shape;
            below += sample.Seconds * shape * shape / sample.Rate;
        }

        var scale = above / below;
        var misfit = 0.0;
        foreach (var sample in samples)
        {
            var off = sample.Rate - (scale * Shape(sample.Size, knee, contention));
            misfit += off * off * sample.Seconds / sample.Rate;
        }

        return (misfit, new SizingCurve(knee, contention, scale * Shape(knee, knee, contention)));
    }

    private static double Shape(int size, int knee, double contention) =>
        Math.Min(size, knee) / (1 + (contention * (Math.Min(size, knee) - 1)));
}
