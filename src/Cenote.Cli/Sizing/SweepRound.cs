using Cenote.Cli.Measuring;

namespace Cenote.Cli.Sizing;

/// <summary>What one size did in one round.</summary>
/// <param name="Size">How many connections were in use.</param>
/// <param name="PerSecond">Executions a second.</param>
/// <param name="Durations">The durations of executions, rent and return included.</param>
/// <param name="Processor">The share of this machine's processors that this process took.</param>
internal sealed record SweepRound(int Size, double PerSecond, Durations Durations, double Processor);
