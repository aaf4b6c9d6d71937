namespace Cenote.Providers;

/// <summary>A database server's part among those that hold the same data.</summary>
public enum ServerRole
{
    /// <summary>The provider cannot tell, or the server is neither of the two at the moment.</summary>
    Unknown,

    /// <summary>The server takes writes.</summary>
    Primary,

    /// <summary>The server follows a primary, and can be read.</summary>
    Replica,
}
