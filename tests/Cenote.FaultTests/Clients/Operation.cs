namespace Cenote.FaultTests.Clients;

/// <summary>One caller's request: what it waited, and what came of it. Times are timestamps of the stopwatch.</summary>
/// <param name="Client">Who.</param>
/// <param name="Style">How it asks.</param>
/// <param name="Started">When it asked for a connection.</param>
/// <param name="Rented">When it had one, or knew that it would have none.</param>
/// <param name="Ended">When the connection was back.</param>
/// <param name="Error">The kind of its failure; <see langword="null"/> when it was served.</param>
internal sealed record Operation(int Client, RentStyle Style, long Started, long Rented, long Ended, string? Error)
{
    internal const string Cancelled = "cancelled by the caller";

    internal bool IsServed => Error is null;

    internal bool IsFailure => Error is not (null or Cancelled);
}
