using System.Diagnostics;
using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote;

/// <summary>
/// A context that a lease carries in its session: settings such as a tenant for row-level security, a role, and the
/// caller's trace. The pool sets it before the caller gets the connection, and it is gone when the lease ends.
/// </summary>
/// <remarks>
/// <para>
/// Immutable and thread-safe. Pass it to <see cref="ConnectionPool.OpenConnectionAsync(SessionContext,
/// CancellationToken, string, int, string)"/>, or make it the context of a flow with <see cref="BeginScope"/>, which
/// also reaches libraries such as EF Core and Dapper.
/// </para>
/// <para>
/// Values travel as parameters, and never appear in a text of the pool: no log, exception, metric or page shows them.
/// The context is not a sandbox: the holder of the lease may change its session.
/// </para>
/// </remarks>
public sealed class SessionContext : IEquatable<SessionContext>
{
    private const int MaxEntries = 64;
    private const int MaxNameLength = 63;
    private const int MaxValueLength = 2_000;

    private static readonly AsyncLocal<FlowScope<(SessionContext Context, bool IsPassed)>?> Flow = new();

    // Sorted by name; the role is the last, because it may lack the privilege for a setting.
    private readonly SessionContextEntry[] _entries;
    private readonly bool _hasTrace;

    private SessionContext(SessionContextEntry[] entries, bool hasTrace)
    {
        _entries = entries;
        _hasTrace = hasTrace;
    }

    /// <summary>Gets the context without any entry. In a scope, it hides the context of an outer scope.</summary>
    public static SessionContext Empty { get; } = new([], hasTrace: false);

    /// <summary>Gets the context of the innermost scope of the current flow; <see cref="Empty"/> outside of
    /// scopes.</summary>
    public static SessionContext Current => Flow.Value?.Value.Context ?? Empty;

    /// <summary>
    /// Gets the argument of a rent that is passed on to another data source; <see langword="null"/> outside of such a
    /// rent. It precedes the callback of a pool.
    /// </summary>
    internal static SessionContext? Passed => Flow.Value is { Value: { IsPassed: true } passed } ? passed.Context : null;

    /// <summary>Gets whether the context has no entry.</summary>
    public bool IsEmpty => _entries.Length == 0 && !_hasTrace;

    /// <summary>Gets whether the context has a role.</summary>
    public bool HasRole => _entries.Length > 0 && _entries[^1].Kind == SessionContextEntryKind.Role;

    /// <summary>
    /// Returns a context that also has a setting: in PostgreSQL a parameter of the server such as <c>app.tenant</c>
    /// (read by <c>current_setting</c>), in MySQL and MariaDB a user variable (<c>@tenant</c>), in SQL Server a key of
    /// <c>SESSION_CONTEXT</c>.
    /// </summary>
    /// <param name="name">1 to 63 letters, digits and underscores, in parts separated by dots, none of which begins
    /// with a digit. Case does not matter. Replaces an earlier value of the same name.</param>
    /// <param name="value">Up to 2,000 characters, without the character 0.</param>
    /// <exception cref="ArgumentException">The name or the value is not allowed. The message does not quote the
    /// value.</exception>
    /// <exception cref="InvalidOperationException">The context has 64 settings already.</exception>
    public SessionContext With(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        if (name.Length > MaxNameLength || !IsName(name))
        {
            throw new ArgumentException("The name of the setting is not allowed. Use 1 to 63 ASCII letters, digits and underscores, in parts separated by dots, none of which begins with a digit.", nameof(name));
        }

        if (name.Equals("role", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException("'role' is not a setting. Use WithRole.", nameof(name));
        }

        return Replace(new SessionContextEntry(SessionContextEntryKind.Setting, name, Check(value, nameof(value))));
    }

    /// <summary>
    /// Returns a context whose session works in a role (<c>SET ROLE</c>), on PostgreSQL, MariaDB and MySQL.
    /// </summary>
    /// <param name="role">The role, of which the pool's user must be a member. 1 to 2,000 characters, except
    /// <c>none</c>, which these databases read as the lack of a role.</param>
    /// <exception cref="ArgumentException">The role is empty, is <c>none</c> in any case, or has the character
    /// 0.</exception>
    public SessionContext WithRole(string role)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(role);

        // MariaDB ignores spaces after it.
        if (role.AsSpan().Trim().Equals("none", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException("The databases read 'none' as the lack of a role, so the session would have the rights of the pool's user. Leave WithRole out where that is wanted.", nameof(role));
        }

        return Replace(new SessionContextEntry(SessionContextEntryKind.Role, "role", Check(role, nameof(role))));
    }

    /// <summary>
    /// Returns a context that shows the server the caller's trace: at each rent, the W3C trace parent of
    /// <see cref="Activity.Current"/>. In PostgreSQL it is the <c>application_name</c>, in MySQL and MariaDB the user
    /// variable <c>@traceparent</c>, in SQL Server the key <c>traceparent</c> of <c>SESSION_CONTEXT</c>. Without a
    /// current activity, nothing is set.
    /// </summary>
    public SessionContext WithTrace() => new(_entries, hasTrace: true);

    /// <summary>
    /// Makes this the context of the current flow: of every connection that it opens, in every pool that has no
    /// <see cref="ConnectionPoolOptions.SessionContextProvider"/>.
    /// </summary>
    /// <returns>The scope. Dispose of it in the method that began it.</returns>
    /// <remarks>
    /// Flows with <see langword="await"/> and into tasks that are started within it, as an <see cref="AsyncLocal{T}"/>
    /// does. It replaces the context of an outer scope; <c>Current.With(…)</c> adds to it. A connection takes the
    /// context when it is opened.
    /// </remarks>
    public IDisposable BeginScope()
    {
        SessionContextUse.Begin();
        return new FlowScope<(SessionContext, bool)>(Flow, (this, false));
    }

    /// <summary>Begins a scope that passes the argument of a rent on.</summary>
    internal IDisposable BeginPassing()
    {
        SessionContextUse.Begin();
        return new FlowScope<(SessionContext, bool)>(Flow, (this, true));
    }

    /// <inheritdoc/>
    public bool Equals(SessionContext? other) =>
        other is not null && (ReferenceEquals(this, other) || (_hasTrace == other._hasTrace && _entries.AsSpan().SequenceEqual(other._entries)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SessionContext);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(_hasTrace);
        foreach (var entry in _entries)
        {
            hash.Add(entry);
        }

        return hash.ToHashCode();
    }

    /// <summary>Returns the names of the entries, without values, such as <c>app.tenant, role</c>.</summary>
    public override string ToString() =>
        IsEmpty ? "empty" : string.Join(", ", [.. _entries.Select(static entry => entry.Name), .. _hasTrace ? (string[])["trace"] : []]);

    /// <summary>Returns the entries for a rent at this moment.</summary>
    internal SessionContextEntry[] GetEntries() =>
        _hasTrace && Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } trace }
            ? [new SessionContextEntry(SessionContextEntryKind.Trace, "trace", trace), .. _entries]
            : _entries;

    /// <summary>Returns a context with the given entries, without a trace.</summary>
    internal static SessionContext Of(SessionContextEntry[] entries) => new(entries, hasTrace: false);

    private static string Check(string value, string parameter) =>
        value.Length <= MaxValueLength && !value.Contains('\0', StringComparison.Ordinal)
            ? value
            : throw new ArgumentException("The value of the session context is not allowed. Use up to 2,000 characters, without the character 0.", parameter);

    private SessionContext Replace(SessionContextEntry entry)
    {
        SessionContextEntry[] entries =
        [
            .. _entries
                .Where(other => !other.IsSameAs(entry))
                .Append(entry)
                .OrderBy(static other => other.Kind == SessionContextEntryKind.Role)
                .ThenBy(static other => other.Name, StringComparer.OrdinalIgnoreCase),
        ];
        return entries.Length <= MaxEntries
            ? new SessionContext(entries, _hasTrace)
            : throw new InvalidOperationException("The session context has 64 entries already. Store what belongs together in one of them.");
    }

    private static bool IsName(string text)
    {
        var isStart = true;
        foreach (var character in text)
        {
            if (character == '.' ? isStart : !(char.IsAsciiLetter(character) || character == '_' || (!isStart && char.IsAsciiDigit(character))))
            {
                return false;
            }

            isStart = character == '.';
        }

        return !isStart;
    }
}
