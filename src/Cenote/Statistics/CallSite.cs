namespace Cenote;

/// <summary>The place in the source where a connection was rented, as supplied by the compiler.</summary>
/// <param name="FilePath">The source file, or <see langword="null"/> for an unknown caller.</param>
/// <param name="LineNumber">The line in that file; 0 for an unknown caller.</param>
/// <param name="MemberName">The method, or <see langword="null"/> for an unknown caller.</param>
public readonly record struct CallSite(string? FilePath, int LineNumber, string? MemberName)
{
    /// <summary>Gets whether the caller is known.</summary>
    public bool IsKnown => !string.IsNullOrEmpty(FilePath);

    /// <summary>Returns the place as text, such as <c>OrderRepository.cs:87 (LoadAsync)</c>.</summary>
    public override string ToString() =>
        IsKnown
            ? FormattableString.Invariant($"{Path.GetFileName(FilePath!.Replace('\\', '/'))}{(LineNumber == 0 ? "" : FormattableString.Invariant($":{LineNumber}"))} ({MemberName})")
            : "unknown caller";
}
