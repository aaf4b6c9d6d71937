namespace Cenote.LoadBench.Lanes;

/// <summary>What became of the callers of one turn.</summary>
/// <param name="Median">The median of the interactive calls, from the rent to the return, in milliseconds.</param>
/// <param name="P99">Their 99th percentile.</param>
/// <param name="Wait">The 99th percentile of their waits for a connection.</param>
/// <param name="Batch">Batch calls a second.</param>
/// <param name="Overtaken">Batch callers that were served after later ones.</param>
internal sealed record FloodTurn(double Median, double P99, double Wait, double Batch, int Overtaken);
