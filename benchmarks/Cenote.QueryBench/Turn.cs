namespace Cenote.QueryBench;

/// <summary>What one side did in one round.</summary>
/// <param name="Rate">Queries a second.</param>
/// <param name="ProcessorTime">Processor time of this process, without the server's, per query.</param>
internal readonly record struct Turn(double Rate, TimeSpan ProcessorTime);
