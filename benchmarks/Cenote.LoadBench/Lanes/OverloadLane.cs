namespace Cenote.LoadBench.Lanes;

/// <summary>What became of the callers of one lane.</summary>
/// <param name="Offered">Callers a second.</param>
/// <param name="Served">Callers a second that got a connection within their deadline.</param>
/// <param name="Late">Callers that got one after it.</param>
/// <param name="Timeouts">Callers whose deadline passed while they waited.</param>
/// <param name="Shed">Callers that were rejected after a wait (<c>LoadShedding</c>).</param>
/// <param name="Refused">Callers that found the queue full (<c>MaxWaiters</c>).</param>
/// <param name="RefusedWithin">The 99th percentile of the time until such a caller knew, in milliseconds.</param>
/// <param name="WithoutTime">Rejected callers that were not told when to try again.</param>
internal sealed record OverloadLane(double Offered, double Served, int Late, int Timeouts, int Shed, int Refused, double RefusedWithin, int WithoutTime);
