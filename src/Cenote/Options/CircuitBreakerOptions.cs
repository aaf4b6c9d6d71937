namespace Cenote;

/// <summary>
/// When a pool stops trying to open connections, and how it finds out that the database is back. The defaults find that
/// out within a second.
/// </summary>
public sealed record CircuitBreakerOptions
{
    /// <summary>Tries to open a connection that must fail in a row before the circuit opens. Refused credentials or
    /// settings, too many connections and whatever is <see cref="Cenote.FailureKind.Transient"/> do not count: such a
    /// server can be reached.</summary>
    /// <value>Default 3. Range 1 to 1,000.</value>
    public int FailureThreshold { get; init; } = 3;

    /// <summary>
    /// Successes in a row that close the circuit again: the opening of the probe's connection, then round trips on it.
    /// </summary>
    /// <value>Default 1. Range 1 to 100.</value>
    public int SuccessThreshold { get; init; } = 1;

    /// <summary>
    /// The time from the opening of the circuit to its first probe, less a random part of up to a half.
    /// </summary>
    /// <value>Default 250 ms. Range 1 ms to <see cref="MaxBreakDuration"/>.</value>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest time between two probes.</summary>
    /// <value>Default 750 ms. Range <see cref="BreakDuration"/> to 1 h.</value>
    public TimeSpan MaxBreakDuration { get; init; } = TimeSpan.FromMilliseconds(750);

    /// <summary>What the recovery time is multiplied by after each probe that fails.</summary>
    /// <value>Default 2. Range 1 to 10.</value>
    public double BackoffMultiplier { get; init; } = 2;
}
