namespace Cenote.Tests.Registry;

/// <summary>Pools that are constructed on first request.</summary>
public sealed class DeferredPoolTests
{
    [Fact]
    public async Task A_deferred_pool_is_constructed_by_the_first_who_asks_and_only_once()
    {
        await using var registry = new PoolRegistry();
        var constructed = 0;
        registry.Register("orders", name =>
        {
            constructed++;
            return RegistryPools.Make(name);
        });
        Assert.Equal(["orders"], registry.Names);
        Assert.Empty(registry.Pools);
        Assert.Empty(registry.GetStatistics());

        Assert.Same(registry["orders"], registry["orders"]);
        Assert.Equal(1, constructed);
        Assert.Single(registry.Pools);
    }

    [Fact]
    public async Task What_a_construction_throws_is_thrown_and_the_next_caller_tries_again()
    {
        await using var registry = new PoolRegistry();
        var attempts = 0;
        registry.Register("orders", name => ++attempts == 1 ? throw new TimeoutException("away") : RegistryPools.Make(name));

        Assert.Throws<TimeoutException>(() => registry["orders"]);
        Assert.Equal("orders", registry["orders"].Name);
    }

    [Fact]
    public async Task A_pool_of_another_name_is_refused_and_closed()
    {
        await using var registry = new PoolRegistry();
        ConnectionPool? made = null;
        registry.Register("orders", _ => made = RegistryPools.Make("billing"));

        var refusal = Assert.Throws<InvalidOperationException>(() => registry["orders"]);

        Assert.Contains("'orders'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'billing'", refusal.Message, StringComparison.Ordinal);
        Assert.True(RegistryPools.IsClosed(made!));
    }

    [Fact]
    public async Task A_construction_may_ask_for_other_pools_but_not_for_its_own()
    {
        await using var registry = new PoolRegistry();
        registry.Register("secrets", RegistryPools.Make);
        registry.Register("orders", name => RegistryPools.Make(registry["secrets"].Name == "secrets" ? name : "?"));
        registry.Register("circle", name => registry[name]);

        Assert.Equal("orders", registry["orders"].Name);
        Assert.Contains("is requested during its own construction", Assert.Throws<InvalidOperationException>(() => registry["circle"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Constructions_on_several_threads_that_ask_for_each_other_are_refused()
    {
        await using var registry = new PoolRegistry();
        using var a = new ManualResetEventSlim();
        using var b = new ManualResetEventSlim();
        using var c = new ManualResetEventSlim();
        Register("a", a, "b");
        Register("b", b, "c");
        Register("c", c, "a");

        var asking = new[] { "a", "b", "c" }.Select(name => Patience.OnOwnThread(() => registry[name])).ToList();

        foreach (var task in asking)
        {
            var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => task.Soon());
            Assert.Contains("is requested during its own construction", refusal.Message, StringComparison.Ordinal);
        }

        void Register(string name, ManualResetEventSlim isIn, string other) => registry.Register(name, _ =>
        {
            isIn.Set();
            a.Wait();
            b.Wait();
            c.Wait();
            return registry[other];
        });
    }

    [Fact]
    public async Task Many_who_get_or_add_the_same_name_share_one_pool()
    {
        await using var registry = new PoolRegistry();
        var constructed = 0;
        using var start = new Barrier(8);

        var pools = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Patience.OnOwnThread(() =>
        {
            start.SignalAndWait();
            return registry.GetOrAdd("tenant", name =>
            {
                Interlocked.Increment(ref constructed);
                return RegistryPools.Make(name);
            });
        }))).Soon();

        Assert.Equal(1, constructed);
        Assert.All(pools, pool => Assert.Same(pools[0], pool));
    }

    [Fact]
    public async Task A_failed_get_or_add_leaves_no_name_behind_and_waiting_callers_go_on()
    {
        await using var registry = new PoolRegistry();
        using var isIn = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var failing = Patience.OnOwnThread(() => registry.GetOrAdd("tenant", _ =>
        {
            isIn.Set();
            goOn.Wait();
            throw new TimeoutException("away");
        }));
        isIn.Wait();
        var waiting = Patience.OnOwnThread(() => registry.GetOrAdd("tenant", RegistryPools.Make));
        goOn.Set();

        await Assert.ThrowsAsync<TimeoutException>(() => failing.Soon());
        var made = await waiting.Soon();
        Assert.Same(made, registry["tenant"]);
        Assert.Throws<TimeoutException>(() => registry.GetOrAdd("other", _ => throw new TimeoutException("away")));
        Assert.Equal(["tenant"], registry.Names);
    }

    [Fact]
    public async Task Removing_does_not_wait_for_a_construction_whose_pool_is_then_closed()
    {
        await using var registry = new PoolRegistry();
        using var isIn = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        ConnectionPool? made = null;
        registry.Register("orders", name =>
        {
            isIn.Set();
            goOn.Wait();
            return made = RegistryPools.Make(name);
        });
        var asking = Patience.OnOwnThread(() => registry["orders"]);
        isIn.Wait();

        Assert.True(registry.TryRemove("orders", out var removed));
        goOn.Set();

        Assert.Null(removed);
        await Assert.ThrowsAsync<PoolNotFoundException>(() => asking.Soon());
        Assert.True(RegistryPools.IsClosed(made!));
    }
}
