namespace Cenote.Dashboard.Actions;

/// <summary>What somebody wants done, checked as far as it can be without the pool.</summary>
/// <param name="Pool">The name of the pool.</param>
/// <param name="Action">What is to be done to it.</param>
/// <param name="MinSize">For a resize.</param>
/// <param name="MaxSize">For a resize.</param>
/// <param name="Lease">For a revocation.</param>
internal sealed record ActionRequest(string Pool, PoolAction Action, int MinSize, int MaxSize, string Lease);
