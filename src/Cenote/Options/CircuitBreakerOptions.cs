namespace Cenote;

/// <summary>
/// The settings of the circuit breaker: when a pool stops opening connections, and how it probes for the recovery of
/// the database. With the defaults a recovery is found within a second, and a short restart within tens of
/// milliseconds.
/// </summary>
public sealed class CircuitBreakerOptions
{
    /// <summary>Initializes settings with their default values.</summary>
    public CircuitBreakerOptions()
    {
    }

    internal CircuitBreakerOptions(CircuitBreakerOptions other) =>
        (FailureThreshold, SuccessThreshold, BreakDuration, MaxBreakDuration, BackoffMultiplier) =
        (other.FailureThreshold, other.SuccessThreshold, other.BreakDuration, other.MaxBreakDuration, other.BackoffMultiplier);

    /// <summary>
    /// Gets or sets the number of consecutive failed attempts to open a connection that open the circuit. Refused
    /// credentials or settings, too many connections and <see cref="Cenote.FailureKind.Transient"/> failures do not
    /// count, because such a server can be reached.
    /// </summary>
    /// <value>Default 3. Range 1 to 1,000.</value>
    public int FailureThreshold { get; set; } = 3;

    /// <summary>
    /// Gets or sets the number of consecutive successes that close the circuit again: first the probe's connection is
    /// opened, then round trips on it.
    /// </summary>
    /// <value>Default 1. Range 1 to 100.</value>
    public int SuccessThreshold { get; set; } = 1;

    /// <summary>
    /// Gets or sets the time from the opening of the circuit to its first probe, less a random part of up to a half. A
    /// server that refuses at once, for example because no process listens, is probed sooner: after 20 ms, and then
    /// after a twentieth of the time for which it has refused, if that is shorter than the break.
    /// </summary>
    /// <value>Default 250 ms. Range 1 ms to <see cref="MaxBreakDuration"/>.</value>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Gets or sets the longest time between two probes.</summary>
    /// <value>Default 750 ms. Range <see cref="BreakDuration"/> to 1 h.</value>
    public TimeSpan MaxBreakDuration { get; set; } = TimeSpan.FromMilliseconds(750);

    /// <summary>Gets or sets the factor by which the break duration grows after each failed probe.</summary>
    /// <value>Default 2. Range 1 to 10.</value>
    public double BackoffMultiplier { get; set; } = 2;
}
