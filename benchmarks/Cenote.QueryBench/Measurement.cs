using Cenote.Reporting;

namespace Cenote.QueryBench;

/// <summary>A database under a number of clients.</summary>
/// <param name="Database">The database.</param>
/// <param name="Clients">Clients at once.</param>
/// <param name="Turns">By side and round.</param>
internal sealed record Measurement(Database Database, int Clients, Turn[][] Turns)
{
    internal Comparison Lease => Comparison.Of(Turns[1], Turns[0]);

    internal Comparison Connection => Comparison.Of(Turns[2], Turns[0]);

    internal IReadOnlyList<string> Row() =>
    [
        Database.Name,
        $"{Clients}",
        .. Turns.Select(static turns => $"{Comparison.Median(turns.Select(static turn => turn.Rate)):N0}"),
        Show(Lease),
        Show(Connection),
        .. Turns.Select(static turns => $"{Comparison.Median(turns.Select(static turn => turn.ProcessorTime.TotalMicroseconds)):N1}"),
    ];

    /// <summary>Judges the lease. Two per cent below is equal still, if the interval reaches equality: rounds of one side differ by as much.</summary>
    internal Target Judge()
    {
        var isEquality = Database.Goal <= 1;
        return new Target(
            $"{Database.Name}, {Clients} {(Clients == 1 ? "client" : "clients")}: lease",
            isEquality ? $"at least equal to {Database.Sides[0].Name}" : $"at least {Database.Goal:0.0} times {Database.Sides[0].Name}",
            $"{Show(Lease)} times",
            Lease.Ratio >= Database.Goal || (isEquality && Lease is { Ratio: >= 0.98, High: >= 1 }));
    }

    private static string Show(Comparison comparison) => $"{comparison.Ratio:0.00} ({comparison.Low:0.00}-{comparison.High:0.00})";
}
