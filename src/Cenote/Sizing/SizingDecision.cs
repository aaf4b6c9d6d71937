namespace Cenote;

/// <summary>A change of a pool's size, with its reason for the log.</summary>
public sealed class SizingDecision
{
    /// <summary>Initializes a decision.</summary>
    /// <param name="size">The new size.</param>
    /// <param name="reason">Why, in words, with the numbers that led to the decision.</param>
    public SizingDecision(int size, string reason) => (Size, Reason) = (size, reason);

    /// <summary>Gets the new size.</summary>
    public int Size { get; }

    /// <summary>Gets why the size changes, in words, with the numbers that led to the decision.</summary>
    public string Reason { get; }

    /// <summary>Returns size and reason.</summary>
    public override string ToString() => FormattableString.Invariant($"{Size}: {Reason}");
}
