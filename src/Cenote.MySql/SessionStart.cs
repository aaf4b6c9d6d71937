namespace Cenote.MySql;

/// <summary>The initial state of a session.</summary>
/// <param name="Names">The statement that sets the character set and collation in force.</param>
/// <param name="IdleTimeout">The server's idle timeout, or <see langword="null"/> for no limit.</param>
/// <param name="IsolationLevel">The server's name of the isolation level, or <see langword="null"/> where it is
/// unknown.</param>
internal readonly record struct SessionStart(string Names, TimeSpan? IdleTimeout, string? IsolationLevel)
{
    internal static SessionStart Of(DbDataReader reader) => new(
        reader.GetString(0),
        Convert.ToInt64(reader.GetValue(1), CultureInfo.InvariantCulture) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null,
        reader.IsDBNull(2) ? null : reader.GetString(2));
}
