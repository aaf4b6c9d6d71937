using Cenote.Cli.Measuring;

namespace Cenote.Cli.Comparing;

/// <summary>One quantity of both pools over all pairs with the same number of clients.</summary>
internal sealed class Measure
{
    // Of 15 pairs: the third and the thirteenth ratio have the true median between them with 99.3 %, whatever the
    // distribution.
    private const int Outside = 2;

    // More than one step of a duration, less than two.
    private static readonly double Resolution = Math.Pow(Durations.Step, 1.5);

    private readonly bool _isMoreBetter;

    private Measure(string name, bool isMoreBetter, double[] ours, double[] driver)
    {
        (Name, _isMoreBetter) = (name, isMoreBetter);
        double[] ratios = [.. ours.Zip(driver, static (our, their) => our / their).Order()];
        (Ours, Driver) = (MedianOf(ours), MedianOf(driver));
        Ratio = MedianOf(ratios);
        var outside = Math.Min(Outside, (ratios.Length - 1) / 2);
        (Least, Most) = (ratios[outside], ratios[^(outside + 1)]);
    }

    public string Name { get; }

    /// <summary>Gets the median of the turns: executions a second, or seconds.</summary>
    public double Ours { get; }

    /// <inheritdoc cref="Ours"/>
    public double Driver { get; }

    /// <summary>Gets the median of the ratios of the pairs, ours to the driver's.</summary>
    public double Ratio { get; }

    /// <summary>Gets the lower end of the interval that has the true median of the ratios with 99 %.</summary>
    public double Least { get; }

    /// <summary>Gets the upper end of the interval.</summary>
    public double Most { get; }

    public bool IsTime => !_isMoreBetter;

    public Outcome Outcome
    {
        get
        {
            var near = IsTime ? Resolution : 1;
            return Least <= near && Most >= 1 / near ? Outcome.WithinNoise : Ratio > 1 == _isMoreBetter ? Outcome.Better : Outcome.Worse;
        }
    }

    public static IReadOnlyList<Measure> AllOf(IReadOnlyList<TurnPair> pairs)
    {
        return
        [
            new("throughput", isMoreBetter: true, [.. pairs.Select(static pair => pair.Ours.PerSecond)], [.. pairs.Select(static pair => pair.Driver.PerSecond)]),
            Time("wait p50", static turn => turn.Waits.Percentile(0.5)),
            Time("wait p99", static turn => turn.Waits.Percentile(0.99)),
            Time("lease p50", static turn => turn.Leases.Percentile(0.5)),
            Time("lease p99", static turn => turn.Leases.Percentile(0.99)),
        ];

        Measure Time(string name, Func<LoadResult, TimeSpan> part) =>
            new(name, isMoreBetter: false, [.. pairs.Select(pair => part(pair.Ours).TotalSeconds)], [.. pairs.Select(pair => part(pair.Driver).TotalSeconds)]);
    }

    private static double MedianOf(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
