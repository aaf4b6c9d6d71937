using Cenote.Reporting;

namespace Cenote.ConnectBench;

/// <summary>A database and a size of pools.</summary>
/// <param name="Database">The database's name.</param>
/// <param name="Size">The connections of each pool.</param>
/// <param name="Turns">By side and round.</param>
internal sealed record Measurement(string Database, int Size, Turn[][] Turns)
{
    internal const double Goal = 1.2;

    private static readonly (string Name, Func<Turn, double> Read)[] s_values =
    [
        ("time to open", static turn => turn.Open.TotalMilliseconds),
        ("client CPU", static turn => turn.Client.TotalMilliseconds),
        ("server CPU", static turn => turn.Server.TotalMilliseconds),
        ("memory for each connection", static turn => turn.Memory / 1024),
        ("time to replace all", static turn => turn.Replace.TotalMilliseconds),
    ];

    /// <summary>One row a side: the medians.</summary>
    internal IEnumerable<IReadOnlyList<string>> Rows() => Rounds.Sides.Select((name, side) => (IReadOnlyList<string>)
    [
        Database,
        $"{Size}",
        name,
        .. s_values.Select(value => $"{Median.Of(Turns[side].Select(value.Read)):N1}"),
        $"{Turns[side].Min(static turn => turn.Loads)}-{Turns[side].Max(static turn => turn.Loads)}",
    ]);

    /// <summary>One row for each side of ours: the ratios to Npgsql's pool.</summary>
    internal IEnumerable<IReadOnlyList<string>> Ratios() => Enumerable.Range(1, Rounds.Sides.Length - 1).Select(side => (IReadOnlyList<string>)
    [
        Database,
        $"{Size}",
        Rounds.Sides[side],
        .. s_values.Select(value => Compare(side, value.Read).ToString()),
    ]);

    /// <summary>Compares our default with its target.</summary>
    internal IEnumerable<Target> Evaluate()
    {
        var where = $"{Database}, {Size} connections";
        foreach (var (name, read) in s_values)
        {
            var comparison = Compare(side: 1, read);
            yield return new Target($"{where}: {name}", $"at most {Goal:0.0} times Npgsql's", $"{comparison} times", comparison.Ratio <= Goal);
        }

        yield return new Target(
            $"{where}: loads of the types", "exactly 1 for each pool", $"{Turns[1].Average(static turn => turn.Loads):0.##}",
            Array.TrueForAll(Turns[1], static turn => turn.Loads == 1));
    }

    private PairedRatio Compare(int side, Func<Turn, double> read) => PairedRatio.Of(Turns[side].Select(read), Turns[0].Select(read));
}
