namespace Cenote.Dashboard.Actions;

/// <summary>A requested action, checked as far as possible without the pool.</summary>
/// <param name="Pool">The name of the pool.</param>
/// <param name="Action">The action.</param>
/// <param name="MinSize">For a resize.</param>
/// <param name="MaxSize">For a resize.</param>
/// <param name="Lease">For a revocation.</param>
internal sealed record ActionRequest(string Pool, PoolAction Action, int MinSize, int MaxSize, string Lease);
