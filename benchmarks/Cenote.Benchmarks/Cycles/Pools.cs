using Cenote.StubDriver;

namespace Cenote.Benchmarks.Cycles;

/// <summary>
/// The pool under measurement: one at a time, so that no other one's upkeep disturbs; kept over consecutive cases.
/// </summary>
internal static class Pools
{
    /// <summary>The size of every pool here, ours and the drivers'.</summary>
    internal const int Size = 8;

    private static string? s_key;
    private static SettledPool? s_current;

    internal static SettledPool Take(string key, Action<ConnectionPoolBuilder> use, ResetMode resetMode)
    {
        if (!string.Equals(key, s_key, StringComparison.Ordinal))
        {
            Close();
            var builder = new ConnectionPoolBuilder().WithSize(Size, Size).WithResetMode(resetMode);
            use(builder);
            var pool = builder.Build();
            pool.WaitUntilReadyAsync().Wait();
            (s_key, s_current) = (key, new SettledPool(pool));
        }

        return s_current!;
    }

    /// <summary>Ignores ambient transactions: the pool's own work alone.</summary>
    internal static SettledPool TakeStub() => TakeStub(AmbientTransactionBehavior.Ignore);

    internal static SettledPool TakeStub(AmbientTransactionBehavior ambient) => Take(
        $"stub {ambient}",
        builder => builder.UseProvider(new StubProvider(new StubDatabase())).Configure(options => options.AmbientTransactionBehavior = ambient),
        ResetMode.None);

    internal static void Close()
    {
        s_current?.Dispose();
        (s_key, s_current) = (null, null);
    }
}
