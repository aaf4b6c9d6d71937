namespace Cenote.Connections;

/// <summary>One attempt of an open.</summary>
internal sealed class OpenTry
{
    /// <summary>
    /// Gets whether the attempt only checks whether a server that refused connections is back.
    /// </summary>
    internal required bool IsKnock { get; init; }

    /// <summary>
    /// Gets or sets when the server was contacted, on the pool's clock: later than the beginning of the attempt where
    /// credentials had to be fetched first.
    /// </summary>
    internal required TimeSpan StartedAt { get; set; }

    /// <summary>
    /// Gets how often the process had stood still when the attempt began, as <c>LeaseDesk.Standstills</c> counts it.
    /// </summary>
    internal int StandstillsBefore { get; init; }

    /// <summary>Gets or sets whether the server was contacted at all.</summary>
    internal bool HasContacted { get; set; }
}
