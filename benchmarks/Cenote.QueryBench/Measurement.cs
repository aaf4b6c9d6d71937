using Cenote.Reporting;

namespace Cenote.QueryBench;

/// <summary>A database under a number of clients.</summary>
/// <param name="Database">The database.</param>
/// <param name="Clients">Clients at once.</param>
/// <param name="Turns">By side and round.</param>
internal sealed record Measurement(Database Database, int Clients, Turn[][] Turns)
{
    internal PairedRatio Lease => Compare(side: 1);

    internal PairedRatio Connection => Compare(side: 2);

    internal IReadOnlyList<string> Row() =>
    [
        Database.Name,
        $"{Clients}",
        .. Turns.Select(static turns => $"{Median.Of(turns.Select(static turn => turn.Rate)):N0}"),
        Lease.ToString(),
        Connection.ToString(),
        .. Turns.Select(static turns => $"{Median.Of(turns.Select(static turn => turn.ProcessorTime.TotalMicroseconds)):N1}"),
    ];

    /// <summary>
    /// Compares the lease with its target. Two per cent below is equal still, if the interval reaches equality: rounds
    /// of one side differ by as much.
    /// </summary>
    internal Target Evaluate()
    {
        var isEquality = Database.Goal <= 1;
        return new Target(
            $"{Database.Name}, {Clients} {(Clients == 1 ? "client" : "clients")}: lease",
            isEquality ? $"at least equal to {Database.Sides[0].Name}" : $"at least {Database.Goal:0.0} times {Database.Sides[0].Name}",
            $"{Lease} times",
            Lease.Ratio >= Database.Goal || (isEquality && Lease is { Ratio: >= 0.98, High: >= 1 }));
    }

    private PairedRatio Compare(int side) => PairedRatio.Of(Turns[side].Select(static turn => turn.Rate), Turns[0].Select(static turn => turn.Rate));
}
