namespace Cenote;

/// <summary>
/// How many connections a pool has, by what they are doing, and how many callers wait. Taken at one moment.
/// </summary>
public readonly record struct PoolCounts
{
    /// <summary>Physical connections in any state, those being opened included.</summary>
    public int Total => Idle + Leased + Opening + Resetting + Validating + Closing;

    /// <summary>Ready to be lent.</summary>
    public int Idle { get; init; }

    /// <summary>Lent to callers.</summary>
    public int Leased { get; init; }

    /// <summary>Being opened.</summary>
    public int Opening { get; init; }

    /// <summary>Returned; the session is being cleared.</summary>
    public int Resetting { get; init; }

    /// <summary>Being validated in the background.</summary>
    public int Validating { get; init; }

    /// <summary>Being closed.</summary>
    public int Closing { get; init; }

    /// <summary>Callers queued for a connection.</summary>
    public int Waiting { get; init; }

    /// <summary>The size in force: no more than this many connections are open.</summary>
    public int Limit { get; init; }

    /// <summary>The numbers in words.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Total} of {Limit} connections: {Leased} leased, {Idle} idle, {Opening} opening, {Resetting} resetting, {Validating} validating, {Closing} closing; {Waiting} waiting");
}
