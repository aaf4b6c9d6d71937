namespace Cenote.Tests.Circuit;

/// <summary>Pools whose database cannot be reached.</summary>
internal static class BrokenDatabase
{
    public static readonly CircuitBreakerOptions Plain = new();

    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    public static StubStep Fail() => StubStep.Fail(FailureKind.ConnectionLost);

    /// <summary>
    /// A pool without connections on a database that cannot be reached until it is healed; or on one that follows a
    /// script.
    /// </summary>
    public static TestPool Broken(CircuitBreakerOptions? options = null, CallScript? script = null, Action<ConnectionPoolOptions>? configure = null) =>
        TestPool.Create(
            pool =>
            {
                pool.CircuitBreaker = options ?? Plain;
                configure?.Invoke(pool);
            },
            script: script ?? new CallScript().Always(StubCall.Open, Fail()));

    public static async Task Trip(TestPool test)
    {
        while (test.Pool.GetCircuitStatus().State == CircuitState.Closed)
        {
            await Assert.ThrowsAnyAsync<PoolException>(() => test.Pool.RentAsync().Soon());
        }
    }
}
