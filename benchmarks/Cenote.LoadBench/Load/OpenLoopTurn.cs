namespace Cenote.LoadBench.Load;

/// <summary>What became of callers that came at a fixed rate, whether or not earlier ones were served.</summary>
/// <param name="Offered">Callers a second.</param>
/// <param name="Served">Callers a second that got a connection within their deadline.</param>
/// <param name="Late">Callers that got one more than <see cref="OpenLoop.Waking"/> after their deadline.</param>
/// <param name="Latest">The longest time from a deadline to a connection.</param>
internal sealed record OpenLoopTurn(double Offered, double Served, int Late, TimeSpan Latest);
