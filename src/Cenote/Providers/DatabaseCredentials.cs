namespace Cenote;

/// <summary>
/// A user and password for one physical connection. Never shown: <see cref="ToString"/> hides the password.
/// </summary>
public sealed class DatabaseCredentials
{
    /// <summary>Creates credentials that replace those of the connection string.</summary>
    /// <param name="userName">The user; <see langword="null"/> to keep the connection string's.</param>
    /// <param name="password">The password or access token.</param>
    public DatabaseCredentials(string? userName, string password)
    {
        ArgumentNullException.ThrowIfNull(password);
        UserName = userName;
        Password = password;
    }

    /// <summary>Creates credentials that are valid for a limited time, such as an access token.</summary>
    /// <param name="userName">The user; <see langword="null"/> to keep the connection string's.</param>
    /// <param name="password">The password or access token.</param>
    /// <param name="expiresAt">When they expire. The pool fetches new ones in the last fifth of the time from now until
    /// then, and replaces the connections that were opened with these, spread over that time. When they have expired
    /// already, the pool uses them for this open and does not renew them.</param>
    public DatabaseCredentials(string? userName, string password, DateTimeOffset expiresAt)
        : this(userName, password) => ExpiresAt = expiresAt;

    /// <summary>
    /// Gets when the credentials expire; <see langword="null"/> when the pool does not renew them.
    /// </summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>Gets the user; <see langword="null"/> to keep the connection string's.</summary>
    public string? UserName { get; }

    /// <summary>Gets the password or access token.</summary>
    public string Password { get; }

    internal bool HasSameSecret(DatabaseCredentials other) =>
        string.Equals(UserName, other.UserName, StringComparison.Ordinal) && string.Equals(Password, other.Password, StringComparison.Ordinal);

    /// <summary>Returns the user, with the password hidden.</summary>
    public override string ToString() => $"{UserName ?? "(user of the connection string)"}, password hidden";
}
