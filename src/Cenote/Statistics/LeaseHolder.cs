namespace Cenote;

/// <summary>The holder of a connection.</summary>
/// <param name="SlotId">The slot of the pool, from 0.</param>
/// <param name="Age">The time since the rent, exact to about a second.</param>
/// <param name="FilePath">The source file of the rent, or <see langword="null"/> for an unknown caller.</param>
/// <param name="LineNumber">The line in that file; 0 for an unknown caller.</param>
/// <param name="MemberName">The method of the rent, or <see langword="null"/> for an unknown caller.</param>
public sealed record LeaseHolder(int SlotId, TimeSpan Age, string? FilePath, int LineNumber, string? MemberName)
{
    /// <summary>
    /// Returns the call site and the age as text, such as <c>OrderRepository.cs:87 (LoadAsync), held 12.0 s</c>.
    /// </summary>
    public override string ToString() =>
        FormattableString.Invariant($"{new CallSite(FilePath, LineNumber, MemberName)}, held {Age.TotalSeconds:F1} s");
}
