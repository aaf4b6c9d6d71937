namespace Cenote;

/// <summary>The status of a pool's circuit at one moment.</summary>
public sealed class CircuitStatus
{
    internal CircuitStatus(
        CircuitState state, bool isIsolated, DateTimeOffset stateChangedAt, int consecutiveFailures, TimeSpan? timeUntilNextProbe, OpenFailure? lastFailure)
    {
        State = state;
        IsIsolated = isIsolated;
        StateChangedAt = stateChangedAt;
        ConsecutiveFailures = consecutiveFailures;
        TimeUntilNextProbe = timeUntilNextProbe;
        LastFailure = lastFailure;
    }

    /// <summary>Gets the state of the circuit.</summary>
    public CircuitState State { get; }

    /// <summary>
    /// Gets whether <see cref="ConnectionPool.IsolateCircuit"/> has opened the circuit. It then stays open until
    /// <see cref="ConnectionPool.CloseCircuit"/>.
    /// </summary>
    public bool IsIsolated { get; }

    /// <summary>Gets when the circuit was last closed, or was last opened after it was closed.</summary>
    public DateTimeOffset StateChangedAt { get; }

    /// <summary>Gets the number of failed attempts to connect since the last success.</summary>
    public int ConsecutiveFailures { get; }

    /// <summary>
    /// Gets the time until the next probe; <see langword="null"/> when no probe is scheduled.
    /// </summary>
    public TimeSpan? TimeUntilNextProbe { get; }

    /// <summary>Gets the pause between the failure that opened the circuit last and its probe.</summary>
    internal TimeSpan Pause { get; init; }

    /// <summary>
    /// Gets the last failure to open a connection since the last success; <see langword="null"/> when none failed.
    /// </summary>
    public OpenFailure? LastFailure { get; }
}
