namespace Cenote;

/// <summary>The role of a database server in a group of servers with the same data.</summary>
public enum ServerRole
{
    /// <summary>The role is unknown, or the server is neither a primary nor a readable replica now.</summary>
    Unknown,

    /// <summary>The server accepts writes.</summary>
    Primary,

    /// <summary>The server follows a primary and can be read.</summary>
    Replica,
}
