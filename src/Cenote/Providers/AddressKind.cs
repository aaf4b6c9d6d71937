namespace Cenote.Providers;

/// <summary>The kind of address that a driver expects in the <c>Data Source</c> of a connection string.</summary>
public enum AddressKind
{
    /// <summary>The kind is unknown: a server or a file.</summary>
    Unknown = 0,

    /// <summary>The address of a server, in which an at-sign can only follow credentials.</summary>
    Server = 1,

    /// <summary>The path of a file, in which an at-sign is a character like any other.</summary>
    File = 2,
}
