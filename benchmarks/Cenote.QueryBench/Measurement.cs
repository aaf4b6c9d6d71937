using Cenote.Reporting;

namespace Cenote.QueryBench;

/// <summary>A part with a number of clients.</summary>
/// <param name="Part">The part.</param>
/// <param name="Sides">The sides.</param>
/// <param name="Clients">Clients at once.</param>
/// <param name="Turns">By side and round.</param>
internal sealed record Measurement(Part Part, IReadOnlyList<ISide> Sides, int Clients, Turn[][] Turns)
{
    internal static IReadOnlyList<string> Header { get; } =
        ["clients", " side", "1/s", "ratio", "CPU, µs", "ratio", "B", "p50, µs", "p99, µs", "ratio", "p99.9, µs", "longest, ms"];

    internal IEnumerable<IReadOnlyList<string>> Rows() => Sides.Select((side, index) => (IReadOnlyList<string>)
    [
        $"{Clients}",
        side.Name,
        $"{MedianOf(index, ValueOf(Quantity.Throughput)):N0}",
        RatioOf(index, Quantity.Throughput),
        $"{MedianOf(index, ValueOf(Quantity.ProcessorTime)):N1}",
        RatioOf(index, Quantity.ProcessorTime),
        $"{MedianOf(index, ValueOf(Quantity.Bytes)):N0}",
        $"{MedianOf(index, static turn => turn.Latencies.Percentile(0.5).TotalMicroseconds):N0}",
        $"{MedianOf(index, ValueOf(Quantity.P99)):N0}",
        RatioOf(index, Quantity.P99),
        $"{MedianOf(index, static turn => turn.Latencies.Percentile(0.999).TotalMicroseconds):N0}",
        $"{Turns[index].Max(static turn => turn.Latencies.Longest.TotalMilliseconds):N1}",
    ]);

    internal IEnumerable<Target> Evaluate() => Part.Goals.Where(goal => goal.Clients.Contains(Clients)).Select(goal => goal.Evaluate(this));

    internal double Bytes(string side) => MedianOf(IndexOf(side), ValueOf(Quantity.Bytes));

    /// <summary>Compares a side with the first one.</summary>
    internal PairedRatio Compare(string side, Quantity quantity) => Compare(IndexOf(side), quantity);

    private static Func<Turn, double> ValueOf(Quantity quantity) => quantity switch
    {
        Quantity.Throughput => static turn => turn.Rate,
        Quantity.ProcessorTime => static turn => turn.ProcessorTime,
        Quantity.P99 => static turn => turn.Latencies.Percentile(0.99).TotalMicroseconds,
        _ => static turn => turn.Bytes,
    };

    private int IndexOf(string side) => Sides.Select(static other => other.Name).ToList().IndexOf(side);

    private double MedianOf(int side, Func<Turn, double> value) => Median.Of(Turns[side].Select(value));

    private PairedRatio Compare(int side, Quantity quantity) => PairedRatio.Of(Turns[side].Select(ValueOf(quantity)), Turns[0].Select(ValueOf(quantity)));

    private string RatioOf(int side, Quantity quantity) => side == 0 ? "" : Compare(side, quantity).ToString();
}
