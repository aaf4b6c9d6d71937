namespace Cenote.Providers;

/// <summary>One entry of a <see cref="SessionContext"/>, as a provider sets it in a session.</summary>
/// <remarks>Names are compared without case.</remarks>
public readonly struct SessionContextEntry : IEquatable<SessionContextEntry>
{
    internal SessionContextEntry(SessionContextEntryKind kind, string name, string? value) => (Kind, Name, Value) = (kind, name, value);

    /// <summary>Gets the kind.</summary>
    public SessionContextEntryKind Kind { get; }

    /// <summary>
    /// Gets the name of the setting: ASCII letters, digits, underscores and dots. <c>role</c> and <c>trace</c> for the
    /// other kinds.
    /// </summary>
    public string Name { get; }

    /// <summary>
    /// Gets the value, which may be confidential; <see langword="null"/> to restore the session's initial one.
    /// </summary>
    public string? Value { get; }

    /// <inheritdoc/>
    public bool Equals(SessionContextEntry other) => IsSameAs(other) && string.Equals(Value, other.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SessionContextEntry other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, StringComparer.OrdinalIgnoreCase.GetHashCode(Name ?? ""), Value);

    /// <summary>Returns whether both are the same entry with the same value.</summary>
    public static bool operator ==(SessionContextEntry left, SessionContextEntry right) => left.Equals(right);

    /// <summary>Returns whether they differ.</summary>
    public static bool operator !=(SessionContextEntry left, SessionContextEntry right) => !left.Equals(right);

    /// <summary>Returns the name, without the value.</summary>
    public override string ToString() => Name ?? "";

    /// <summary>Returns whether both set the same thing, perhaps to different values.</summary>
    internal bool IsSameAs(SessionContextEntry other) => Kind == other.Kind && string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Returns whether both set the same thing in every database. For SQL Server, another case may be another key: its
    /// documentation does not decide that.
    /// </summary>
    internal bool IsSpelledAs(SessionContextEntry other) => Kind == other.Kind && string.Equals(Name, other.Name, StringComparison.Ordinal);

    /// <summary>Returns whether a session with one context has the other in every database.</summary>
    internal static bool AreSpelledAs(ReadOnlySpan<SessionContextEntry> one, ReadOnlySpan<SessionContextEntry> other)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        for (var i = 0; i < one.Length; i++)
        {
            if (!one[i].IsSpelledAs(other[i]) || !string.Equals(one[i].Value, other[i].Value, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
