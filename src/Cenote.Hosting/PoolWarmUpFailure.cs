namespace Cenote;

/// <summary>A pool that was not ready for traffic when the host started.</summary>
/// <param name="PoolName">The name that the pool is registered by.</param>
/// <param name="Description">What was missing, in a sentence.</param>
/// <param name="Exception">The last failure, if there was one: to connect, or to construct the pool.</param>
public sealed record PoolWarmUpFailure(string PoolName, string Description, Exception? Exception);
