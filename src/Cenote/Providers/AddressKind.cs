namespace Cenote.Providers;

/// <summary>What a driver takes the <c>Data Source</c> of a connection string for.</summary>
public enum AddressKind
{
    /// <summary>Not known: a server or a file.</summary>
    Unknown = 0,

    /// <summary>The address of a server, in which an at-sign can only follow credentials.</summary>
    Server = 1,

    /// <summary>The path of a file, in which an at-sign is a character like any other.</summary>
    File = 2,
}
