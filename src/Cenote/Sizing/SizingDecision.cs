namespace Cenote;

/// <summary>A change of size, with its reason for the log.</summary>
/// <param name="Size">The new size.</param>
/// <param name="Reason">The reason in words, with the numbers that led to it.</param>
public sealed record SizingDecision(int Size, string Reason);
