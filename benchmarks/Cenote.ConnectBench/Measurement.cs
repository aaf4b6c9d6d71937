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
        .. s_values.Select(value => $"{Comparison.Median(Turns[side].Select(value.Read)):N1}"),
        $"{Turns[side].Min(static turn => turn.Loads)}-{Turns[side].Max(static turn => turn.Loads)}",
    ]);

    /// <summary>One row for each value that is judged, for every side of ours.</summary>
    internal IEnumerable<Target> Judge()
    {
        foreach (var side in Enumerable.Range(1, Rounds.Sides.Length - 1))
        {
            var where = $"{Database}, {Size} connections, {Rounds.Sides[side]}";
            foreach (var (name, read) in s_values)
            {
                var comparison = Comparison.Of(Turns[side].Select(read), Turns[0].Select(read));
                yield return new Target($"{where}: {name}", $"at most {Goal:0.0} times Npgsql's", $"{comparison} times", comparison.Ratio <= Goal);
            }

            yield return new Target(
                $"{where}: loads of the types", "exactly 1 for each pool", $"{Turns[side].Average(static turn => turn.Loads):0.##}",
                Array.TrueForAll(Turns[side], static turn => turn.Loads == 1));
        }
    }
}
