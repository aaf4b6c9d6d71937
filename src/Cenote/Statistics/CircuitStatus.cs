namespace Cenote;

/// <summary>A pool's circuit at one moment.</summary>
/// <param name="State">Whether the pool tries to reach its database.</param>
/// <param name="IsIsolated">Whether the circuit was opened by <see cref="ConnectionPool.IsolateCircuit"/>, and stays so
/// until <see cref="ConnectionPool.CloseCircuit"/>.</param>
/// <param name="StateChangedAt">Since when it is closed, or is not.</param>
/// <param name="ConsecutiveFailures">Tries to open a connection that failed since the last success.</param>
/// <param name="TimeUntilNextProbe">The time until the next probe; <see langword="null"/> when it is under way, and
/// when closed or forced.</param>
/// <param name="LastFailure">The last failure to open a connection since the last success.</param>
public sealed record CircuitStatus(
    CircuitState State, bool IsIsolated, DateTimeOffset StateChangedAt, int ConsecutiveFailures, TimeSpan? TimeUntilNextProbe, OpenFailure? LastFailure);
