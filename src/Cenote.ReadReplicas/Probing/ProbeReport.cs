namespace Cenote.ReadReplicas.Probing;

/// <summary>How a probe ended.</summary>
/// <param name="Status">What the server says; <see langword="null"/> when it said nothing.</param>
/// <param name="Latency">How long the answer took.</param>
/// <param name="Failure">Why there is no answer. Also beside an answer that only says that the server is there, such as
/// one that it is full.</param>
/// <param name="IsAlive">Whether the server is there.</param>
internal readonly record struct ProbeReport(ServerStatus? Status, TimeSpan Latency, Exception? Failure, bool IsAlive);
