namespace Cenote.SharedBudget.Renewal;

/// <summary>When the other instances could last see that an instance has its place, on its own two clocks.</summary>
/// <param name="At">The monotonic time.</param>
/// <param name="AtUtc">The time of the wall clock.</param>
internal sealed record LifeSign(long At, DateTimeOffset AtUtc);
