namespace Cenote.ReadReplicas.Probing;

/// <summary>How a probe ended.</summary>
/// <param name="Status">The status that the server returned; <see langword="null"/> without one.</param>
/// <param name="Latency">The duration of the probe.</param>
/// <param name="Failure">Why the status is missing. Also set when the answer only shows that the server is alive, for
/// example because it is full.</param>
/// <param name="IsAlive">Whether the server is alive.</param>
internal readonly record struct ProbeReport(ServerStatus? Status, TimeSpan Latency, Exception? Failure, bool IsAlive);
