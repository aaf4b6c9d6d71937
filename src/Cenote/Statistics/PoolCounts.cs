namespace Cenote;

/// <summary>
/// The counts of a pool's connections by state, and of waiting callers, at one moment.
/// </summary>
public readonly record struct PoolCounts
{
    /// <summary>
    /// Gets the number of physical connections in any state, including connections that are being opened.
    /// </summary>
    public int Total => Idle + Leased + Opening + Resetting + Validating + Closing;

    /// <summary>Gets the number of connections that are ready to be rented.</summary>
    public int Idle { get; init; }

    /// <summary>Gets the number of leased connections.</summary>
    public int Leased { get; init; }

    /// <summary>Gets the number of connections that are being opened.</summary>
    public int Opening { get; init; }

    /// <summary>Gets the number of returned connections whose session is being reset.</summary>
    public int Resetting { get; init; }

    /// <summary>Gets the number of connections that are being validated in the background.</summary>
    public int Validating { get; init; }

    /// <summary>Gets the number of connections that are being closed.</summary>
    public int Closing { get; init; }

    /// <summary>Gets the number of callers that wait for a connection.</summary>
    public int Waiting { get; init; }

    /// <summary>Gets the limit of open connections.</summary>
    public int Limit { get; init; }

    /// <summary>Returns the counts as text.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Total} of {Limit} connections: {Leased} leased, {Idle} idle, {Opening} opening, {Resetting} resetting, {Validating} validating, {Closing} closing; {Waiting} waiting");
}
