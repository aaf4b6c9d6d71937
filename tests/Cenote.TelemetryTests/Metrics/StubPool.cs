using Cenote.StubDriver;

namespace Cenote.TelemetryTests.Metrics;

/// <summary>Pools over the stub driver, for what no database has a part in.</summary>
internal static class StubPool
{
    internal static ConnectionPool New(Action<ConnectionPoolOptions>? configure = null)
    {
        var options = new ConnectionPoolOptions { Name = $"stub {Guid.NewGuid():N}", MinSize = 1, MaxSize = 1 };
        configure?.Invoke(options);
        return new ConnectionPool(new StubProvider(new StubDatabase()) { ClearsInline = true }, options);
    }

    /// <summary>
    /// A pool that has something to tell by each instrument: it opened, a caller waited, and a connection came back.
    /// </summary>
    internal static async Task<ConnectionPool> UsedAsync(Action<ConnectionPoolOptions>? configure = null)
    {
        var pool = New(configure);
        await pool.WaitUntilReadyAsync().Soon();
        var held = await pool.RentAsync().Soon();
        var waiting = pool.RentAsync().Soon();
        held.Dispose();
        (await waiting).Dispose();
        return pool;
    }
}
