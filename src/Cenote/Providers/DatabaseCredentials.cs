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

    /// <summary>Gets the user; <see langword="null"/> to keep the connection string's.</summary>
    public string? UserName { get; }

    /// <summary>Gets the password or access token.</summary>
    public string Password { get; }

    /// <summary>Returns the user, with the password hidden.</summary>
    public override string ToString() => $"{UserName ?? "(user of the connection string)"}, password hidden";
}
