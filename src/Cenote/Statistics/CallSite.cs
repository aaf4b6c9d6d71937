namespace Cenote;

/// <summary>The place in the source from which a connection was rented, as the compiler filled it in.</summary>
/// <param name="FilePath">The source file; <see langword="null"/> when the caller is not known.</param>
/// <param name="LineNumber">The line in that file; 0 when not known.</param>
/// <param name="MemberName">The method; <see langword="null"/> when not known.</param>
public readonly record struct CallSite(string? FilePath, int LineNumber, string? MemberName)
{
    /// <summary>Whether the caller is known.</summary>
    public bool IsKnown => !string.IsNullOrEmpty(FilePath);

    /// <summary>The place in words, such as <c>OrderRepository.cs:87 (LoadAsync)</c>.</summary>
    public override string ToString() =>
        IsKnown
            ? FormattableString.Invariant($"{Path.GetFileName(FilePath!.Replace('\\', '/'))}{(LineNumber == 0 ? "" : FormattableString.Invariant($":{LineNumber}"))} ({MemberName})")
            : "unknown caller";
}
