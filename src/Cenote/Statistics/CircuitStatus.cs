namespace Cenote;

/// <summary>A snapshot of a pool's circuit.</summary>
/// <param name="State">The state of the circuit.</param>
/// <param name="IsIsolated">Whether the circuit was opened by <see cref="ConnectionPool.IsolateCircuit"/>. It then
/// stays open until <see cref="ConnectionPool.CloseCircuit"/>.</param>
/// <param name="StateChangedAt">The time since which the circuit is closed, or not closed.</param>
/// <param name="ConsecutiveFailures">The connection attempts that failed since the last success.</param>
/// <param name="TimeUntilNextProbe">The time until the next probe, or <see langword="null"/> during a probe and for a
/// closed or isolated circuit.</param>
/// <param name="LastFailure">The last failed connection attempt since the last success.</param>
public sealed record CircuitStatus(
    CircuitState State, bool IsIsolated, DateTimeOffset StateChangedAt, int ConsecutiveFailures, TimeSpan? TimeUntilNextProbe, OpenFailure? LastFailure);
