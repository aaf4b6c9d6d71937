namespace Cenote.PostgreSql;

/// <summary>
/// Hands each open the password that was read for it, although all share a data source: the driver asks for it in the
/// course of the open.
/// </summary>
internal sealed class OpenPasswords
{
    private readonly AsyncLocal<string?> _current = new();
    private volatile string? _last;

    /// <summary>
    /// The password of the open under way; for a connection that the driver opens by itself, the last one.
    /// </summary>
    internal string Current => _current.Value ?? _last ?? throw new InvalidOperationException("No credentials have been read yet.");

    internal Scope Use(string? password)
    {
        _last = password ?? _last;
        _current.Value = password;
        return new Scope(this);
    }

    internal readonly struct Scope(OpenPasswords owner) : IDisposable
    {
        public void Dispose() => owner._current.Value = null;
    }
}
