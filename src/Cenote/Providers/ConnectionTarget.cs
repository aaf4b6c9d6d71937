namespace Cenote.Providers;

/// <summary>
/// The parts of a connection string that every pool needs, as the driver's builder returns them.
/// <see cref="DriverProvider{TBuilder}"/> masks secrets in the parts that it shows.
/// </summary>
public sealed class ConnectionTarget
{
    /// <summary>Gets or sets the server or file.</summary>
    /// <value>Default <see langword="null"/>: the connection string contains none.</value>
    public string? DataSource { get; set; }

    /// <summary>Gets or sets the initial database of connections.</summary>
    /// <value>Default <see langword="null"/>: the connection string contains none.</value>
    public string? Database { get; set; }

    /// <summary>
    /// Gets or sets the address of the database without secrets, see <see cref="ServerAddress.Format"/>.
    /// </summary>
    /// <value>Default <see langword="null"/>: <see cref="DataSource"/> and <see cref="Database"/>.</value>
    public string? Address { get; set; }

    /// <summary>Gets or sets the user. Never shown.</summary>
    /// <value>Default <see langword="null"/>: not known, or the database has no users.</value>
    public string? UserName { get; set; }

    /// <summary>Gets or sets whether the driver would join ambient transactions with this connection string.</summary>
    /// <value>Default <see langword="true"/>.</value>
    public bool Enlists { get; set; } = true;
}
