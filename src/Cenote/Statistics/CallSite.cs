namespace Cenote;

/// <summary>The place in the source from which a connection was rented. The compiler fills it in.</summary>
public readonly record struct CallSite
{
    /// <summary>Initializes a call site.</summary>
    /// <param name="filePath">The source file; <see langword="null"/> when the caller is not known.</param>
    /// <param name="lineNumber">The line in that file; 0 when not known.</param>
    /// <param name="memberName">The method; <see langword="null"/> when not known.</param>
    public CallSite(string? filePath, int lineNumber, string? memberName) => (FilePath, LineNumber, MemberName) = (filePath, lineNumber, memberName);

    /// <summary>Gets the source file; <see langword="null"/> when the caller is not known.</summary>
    public string? FilePath { get; }

    /// <summary>Gets the line in the source file; 0 when not known.</summary>
    public int LineNumber { get; }

    /// <summary>Gets the method; <see langword="null"/> when not known.</summary>
    public string? MemberName { get; }

    /// <summary>Gets whether the caller is known.</summary>
    public bool IsKnown => !string.IsNullOrEmpty(FilePath);

    /// <summary>Returns the place as text, such as <c>OrderRepository.cs:87 (LoadAsync)</c>.</summary>
    public override string ToString() =>
        IsKnown
            ? FormattableString.Invariant($"{Path.GetFileName(FilePath!.Replace('\\', '/'))}{(LineNumber == 0 ? "" : FormattableString.Invariant($":{LineNumber}"))} ({MemberName})")
            : "unknown caller";
}
