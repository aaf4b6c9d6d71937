namespace Cenote.PostgreSql;

/// <summary>
/// The passwords of concurrent opens of one data source. The driver requests the password during the open.
/// </summary>
internal sealed class OpenPasswords
{
    private readonly AsyncLocal<string?> _current = new();
    private volatile string? _last;

    /// <summary>
    /// Gets the password of the current open, or the last one for a connection that the driver opens by itself.
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
