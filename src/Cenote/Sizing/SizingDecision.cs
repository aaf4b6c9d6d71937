namespace Cenote;

/// <summary>A change of size, with its reason for the log.</summary>
/// <param name="Size">The size to move to.</param>
/// <param name="Reason">Why, in words, with the numbers that led to it.</param>
public sealed record SizingDecision(int Size, string Reason);
