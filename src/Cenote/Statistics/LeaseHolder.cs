namespace Cenote;

/// <summary>Who holds a connection, and since when.</summary>
/// <param name="SlotId">The slot of the pool, from 0.</param>
/// <param name="Age">How long the connection has been held; exact to about a second.</param>
/// <param name="FilePath">The source file that rented it; <see langword="null"/> when the caller is not known.</param>
/// <param name="LineNumber">The line in that file; 0 when not known.</param>
/// <param name="MemberName">The method that rented it; <see langword="null"/> when not known.</param>
public sealed record LeaseHolder(int SlotId, TimeSpan Age, string? FilePath, int LineNumber, string? MemberName)
{
    /// <summary>
    /// The call site and the age in words, such as <c>OrderRepository.cs:87 (LoadAsync), held 12.0 s</c>.
    /// </summary>
    public override string ToString() =>
        FormattableString.Invariant($"{new CallSite(FilePath, LineNumber, MemberName)}, held {Age.TotalSeconds:F1} s");
}
