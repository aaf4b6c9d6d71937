namespace Cenote.Cli.Display;

/// <summary>The run at one moment.</summary>
/// <param name="Elapsed">Since the clients began.</param>
/// <param name="Pool">The pool's snapshot.</param>
/// <param name="RateNow">Operations a second over the last second.</param>
/// <param name="Rates">Operations a second in steps of half a second, oldest first.</param>
internal sealed record RunSample(TimeSpan Elapsed, PoolStatistics Pool, double RateNow, IReadOnlyList<double> Rates);
