namespace Cenote.ConnectBench;

/// <summary>What one side did in one round.</summary>
/// <param name="Open">From a new pool to all connections open.</param>
/// <param name="Client">This process's processor time for that.</param>
/// <param name="Server">The server's.</param>
/// <param name="Memory">Managed memory for each connection, in bytes.</param>
/// <param name="Replace">From all connections idle to all replaced.</param>
/// <param name="Loads">How often the types were loaded for both.</param>
internal sealed record Turn(TimeSpan Open, TimeSpan Client, TimeSpan Server, double Memory, TimeSpan Replace, long Loads);
