namespace Cenote.SharedBudget.Renewal;

/// <summary>What an instance may use, and until when.</summary>
/// <param name="Permits">The number of its connections, with its own for the budget.</param>
/// <param name="Fallback">The number after the end.</param>
/// <param name="Until">The end on the monotonic clock of the instance.</param>
/// <param name="UntilUtc">The end on its wall clock, which goes on while a virtual machine stands still.</param>
internal sealed record Terms(int Permits, int Fallback, long Until, DateTimeOffset UntilUtc);
