namespace Cenote.Tests.Registry;

/// <summary>Finding pools by name.</summary>
public sealed class PoolRegistryTests
{
    [Fact]
    public async Task A_registered_pool_is_found_by_its_name()
    {
        await using var registry = new PoolRegistry();
        var orders = RegistryPools.Make("orders");
        registry.Register(orders);

        Assert.Same(orders, registry["orders"]);
        Assert.True(registry.TryGet("orders", out var found));
        Assert.Same(orders, found);
    }

    [Fact]
    public async Task Names_pools_and_statistics_come_in_the_order_of_the_names()
    {
        await using var registry = new PoolRegistry();
        foreach (var name in (string[])["b", "c", "a", "B"])
        {
            registry.Register(RegistryPools.Make(name));
        }

        Assert.Equal("B a b c", string.Join(' ', registry.Names));
        Assert.Equal("B a b c", string.Join(' ', registry.Pools.Select(pool => pool.Name)));
        Assert.Equal("B a b c", string.Join(' ', registry.GetStatistics().Select(statistics => statistics.PoolName)));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_and_the_refused_pool_stays_open()
    {
        await using var registry = new PoolRegistry();
        var first = RegistryPools.Make("orders");
        registry.Register(first);
        await using var second = RegistryPools.Make("orders");

        var refusal = Assert.Throws<ArgumentException>(() => registry.Register(second));

        Assert.Contains("'orders' already", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => registry.Register("orders", MustNotBeCalled));
        Assert.Same(first, registry["orders"]);
        Assert.False(RegistryPools.IsClosed(second));
    }

    [Fact]
    public async Task An_unknown_name_is_answered_with_the_names_there_are()
    {
        await using var registry = new PoolRegistry();
        registry.Register(RegistryPools.Make("orders"));
        registry.Register(RegistryPools.Make("billing"));

        var missing = Assert.Throws<PoolNotFoundException>(() => registry["Orders"]);

        Assert.Equal("Orders", missing.PoolName);
        Assert.Equal("billing orders", string.Join(' ', missing.RegisteredNames));
        Assert.Contains("'billing', 'orders'", missing.Message, StringComparison.Ordinal);
        Assert.NotNull(missing.HelpLink);
        Assert.False(registry.TryGet("Orders", out _));
        await Assert.ThrowsAsync<PoolNotFoundException>(async () => await registry.OpenConnectionAsync("Orders"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    public async Task A_name_that_cannot_be_one_is_refused_when_it_is_registered(string name)
    {
        await using var registry = new PoolRegistry();

        Assert.Throws<ArgumentException>(() => registry.Register(name, MustNotBeCalled));
        Assert.Throws<ArgumentException>(() => registry.GetOrAdd(name, MustNotBeCalled));
        Assert.Empty(registry.Names);
    }

    [Fact]
    public async Task Connections_are_opened_by_name_for_the_callers_own_line()
    {
        await using var registry = new PoolRegistry();
        registry.Register(RegistryPools.Make("orders"));

        await using var connection = await registry.OpenConnectionAsync("orders");
        using var other = registry.OpenConnection("orders");

        var holders = registry["orders"].GetLeases();
        Assert.Equal(2, holders.Count);
        Assert.All(holders, lease => Assert.EndsWith("PoolRegistryTests.cs", lease.CallSite.FilePath, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_removed_pool_lives_on_and_its_name_is_free()
    {
        await using var registry = new PoolRegistry();
        registry.Register(RegistryPools.Make("orders"));

        Assert.True(registry.TryRemove("orders", out var removed));

        await using (removed)
        {
            Assert.False(RegistryPools.IsClosed(removed!));
            Assert.False(registry.TryRemove("orders", out var none));
            Assert.Null(none);
            registry.Register(RegistryPools.Make("orders"));
            Assert.NotSame(removed, registry["orders"]);
        }
    }

    [Fact]
    public async Task Pools_and_statistics_may_be_asked_for_while_names_come_and_go()
    {
        await using var registry = new PoolRegistry();
        registry.Register(RegistryPools.Make("a"));
        var names = Enumerable.Range(0, 50).Select(number => $"b {number}").ToArray();
        using var stop = new CancellationTokenSource();
        var changing = Patience.OnOwnThread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                foreach (var name in names)
                {
                    registry.Register(name, MustNotBeCalled);
                }

                foreach (var name in names)
                {
                    registry.TryRemove(name, out _);
                }
            }

            return true;
        });

        for (var round = 0; round < 10_000; round++)
        {
            Assert.Single(registry.GetStatistics());
        }

        await stop.CancelAsync();
        await changing.Soon();
    }

    private static ConnectionPool MustNotBeCalled(string name) => throw new InvalidOperationException("was called for " + name);
}
