namespace Cenote.Cli.Measuring;

/// <summary>What some clients did together for a while.</summary>
/// <param name="PerSecond">Executions a second.</param>
/// <param name="Waits">The durations from the request for a connection until the client had it.</param>
/// <param name="Leases">The durations from the request for a connection until it was returned.</param>
/// <param name="Processor">The share of this machine's processors that this process took.</param>
internal sealed record LoadResult(double PerSecond, Durations Waits, Durations Leases, double Processor);
