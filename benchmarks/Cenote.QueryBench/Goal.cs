using Cenote.Reporting;

namespace Cenote.QueryBench;

/// <summary>A bound for one side of a part, beside the part's first side.</summary>
/// <param name="Quantity">What is bounded.</param>
/// <param name="Bound">The ratio, or the number of bytes.</param>
/// <param name="Clients">The numbers of clients for which it holds.</param>
internal sealed record Goal(Quantity Quantity, double Bound, params int[] Clients)
{
    /// <summary>Gets the side that it is for.</summary>
    internal string Side { get; init; } = "lease";

    internal Target Evaluate(Measurement measurement)
    {
        var side = Side;
        var name = $"{measurement.Part.Name}, {measurement.Clients}: {side}, {Text()}";
        var first = measurement.Sides[0].Name;
        if (Quantity == Quantity.Bytes)
        {
            var bytes = measurement.Bytes(side);
            return new Target(name, $"at most {Bound:N0} B", $"{bytes:N0} B", bytes <= Bound);
        }

        var ratio = measurement.Compare(side, Quantity);
        return Quantity == Quantity.Throughput
            ? new Target(name, $"at least {Bound:0.0#} times {first}", $"{ratio} times", ratio.Ratio >= Bound || IsEqual(ratio))
            : new Target(name, $"at most {Bound:0.0#} times {first}", $"{ratio} times", ratio.Ratio <= Bound);
    }

    // Two per cent below equality is equal still, if the interval reaches equality: rounds of one side differ by as
    // much.
    private bool IsEqual(PairedRatio ratio) => Bound is 1 && ratio is { Ratio: >= 0.98, High: >= 1 };

    private string Text() => Quantity switch
    {
        Quantity.Throughput => "throughput",
        Quantity.ProcessorTime => "CPU per query",
        Quantity.P99 => "p99",
        _ => "bytes per query",
    };
}
