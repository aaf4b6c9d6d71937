namespace Cenote.Cli.Sizing;

/// <summary>
/// The Universal Scalability Law: throughput by the number of connections N is
/// λN / (1 + σ(N − 1) + κN(N − 1)).
/// </summary>
/// <remarks>N. J. Gunther, "Guerrilla Capacity Planning", 2007.</remarks>
/// <param name="First">λ: executions a second of one connection.</param>
/// <param name="Contention">σ: the share of the work that only one connection at a time does, 0 to 1.</param>
/// <param name="Crosstalk">κ: what each pair of connections costs, 0 or more.</param>
internal readonly record struct ScalabilityLaw(double First, double Contention, double Crosstalk)
{
    /// <summary>
    /// Gets the size with the most throughput; infinite for a curve that never falls.
    /// </summary>
    public double Peak => Crosstalk > 0 ? Math.Max(1, Math.Sqrt(Math.Max(0, 1 - Contention) / Crosstalk)) : double.PositiveInfinity;

    /// <summary>Fits the law to measurements of at least three sizes by least squares of relative errors.</summary>
    /// <remarks>
    /// N/X is linear in 1/λ, σ/λ and κ/λ. None of these is negative in the law, and a share is at most 1: what would be
    /// outside is at its bound, and the others are fitted again.
    /// </remarks>
    public static ScalabilityLaw Fit(IReadOnlyCollection<(int Size, double PerSecond)> samples)
    {
        // Each term free or at a bound; the one that fits best within the bounds.
        var best = (Misfit: double.PositiveInfinity, Law: default(ScalabilityLaw));
        foreach (var (contention, hasCrosstalk) in ((double?, bool)[])[(null, true), (null, false), (0, true), (0, false), (1, true), (1, false)])
        {
            if (Solve(samples, contention, hasCrosstalk) is not { } terms || terms.A <= 0 || terms.B < 0 || terms.B > terms.A || terms.C < 0)
            {
                continue;
            }

            var law = new ScalabilityLaw(1 / terms.A, contention ?? (terms.B / terms.A), terms.C / terms.A);
            var misfit = samples.Sum(sample => Math.Pow((law.At(sample.Size) / sample.PerSecond) - 1, 2));
            if (misfit < best.Misfit * (1 - 1e-9))
            {
                best = (misfit, law);
            }
        }

        return best.Law;
    }

    public double At(double size) => First * size / (1 + (Contention * (size - 1)) + (Crosstalk * size * (size - 1)));

    /// <summary>Returns the smallest size up to a limit that has this share of the most throughput up to it.</summary>
    public int SizeFor(double share, int limit)
    {
        var most = At(Math.Min(limit, Peak));
        var size = 1;
        while (size < limit && At(size) < share * most)
        {
            size++;
        }

        return size;
    }

    /// <summary>
    /// Solves the normal equations of y = a + b·u + c·v, where y = N/X, u = N − 1 and v = N(N − 1), weighted by 1/y².
    /// With a fixed contention s, b is s·a.
    /// </summary>
    private static (double A, double B, double C)? Solve(IReadOnlyCollection<(int Size, double PerSecond)> samples, double? contention, bool hasCrosstalk)
    {
        var matrix = new double[3, 4];
        foreach (var (size, rate) in samples)
        {
            var y = size / rate;
            double[] terms = [1 + ((contention ?? 0) * (size - 1)), contention is null ? size - 1 : 0, hasCrosstalk ? (double)size * (size - 1) : 0];
            for (var row = 0; row < 3; row++)
            {
                for (var column = 0; column < 3; column++)
                {
                    matrix[row, column] += terms[row] * terms[column] / (y * y);
                }

                matrix[row, 3] += terms[row] / y;
            }
        }

        // A term that is left out is 0.
        for (var row = 1; row < 3; row++)
        {
            if (matrix[row, row] == 0)
            {
                matrix[row, row] = 1;
            }
        }

        for (var pivot = 0; pivot < 3; pivot++)
        {
            if (Math.Abs(matrix[pivot, pivot]) < 1e-12)
            {
                return null;
            }

            for (var row = 0; row < 3; row++)
            {
                var factor = row == pivot ? 0 : matrix[row, pivot] / matrix[pivot, pivot];
                for (var column = pivot; factor != 0 && column < 4; column++)
                {
                    matrix[row, column] -= factor * matrix[pivot, column];
                }
            }
        }

        var first = matrix[0, 3] / matrix[0, 0];
        return (first, contention * first ?? (matrix[1, 3] / matrix[1, 1]), matrix[2, 3] / matrix[2, 2]);
    }
}
