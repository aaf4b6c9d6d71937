namespace Cenote.Shop.Reporting;

/// <summary>What stands at a path, links followed.</summary>
internal enum FileKind
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>A file that can be replaced.</summary>
    Plain,

    /// <summary>
    /// A terminal, a pipe, a FIFO, a device of characters, or what cannot be told: can be written to, must not be
    /// replaced.
    /// </summary>
    Special,

    /// <summary>A disk, a socket: a report does not belong there.</summary>
    Unsuitable,

    /// <summary>A folder.</summary>
    Folder,
}
