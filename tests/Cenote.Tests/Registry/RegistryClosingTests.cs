namespace Cenote.Tests.Registry;

/// <summary>Closing pools together.</summary>
public sealed class RegistryClosingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Closing_the_registry_closes_every_pool(bool isAsync)
    {
        var registry = new PoolRegistry();
        var pools = Enumerable.Range(0, 3).Select(number => RegistryPools.Make($"pool {number}")).ToList();
        pools.ForEach(registry.Register);
        registry.Register("never asked for", _ => throw new InvalidOperationException("constructed by closing"));

        await CloseAsync(registry, isAsync);

        Assert.All(pools, pool => Assert.True(RegistryPools.IsClosed(pool)));
        Assert.Empty(registry.Names);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_pool_is_closed_though_some_fail_and_their_failures_are_gathered(bool isAsync)
    {
        var registry = new PoolRegistry();
        var first = new IOException("first");
        var second = new IOException("second");
        var pools = new[] { RegistryPools.Make("a", first), RegistryPools.Make("b"), RegistryPools.Make("c", second), RegistryPools.Make("d") };
        Array.ForEach(pools, registry.Register);

        var failure = await Assert.ThrowsAsync<AggregateException>(() => CloseAsync(registry, isAsync));

        Assert.Equal([first, second], failure.InnerExceptions);
        Assert.Contains("2 of 4", failure.Message, StringComparison.Ordinal);
        Assert.Contains("'a', 'c'", failure.Message, StringComparison.Ordinal);
        Assert.All(pools, pool => Assert.True(RegistryPools.IsClosed(pool)));
    }

    [Fact]
    public async Task A_cancellation_does_not_close_a_pool()
    {
        var registry = new PoolRegistry();
        var cancelled = new OperationCanceledException("given up");
        registry.Register(RegistryPools.Make("a", cancelled));

        var failure = await Assert.ThrowsAsync<AggregateException>(() => registry.DisposeAsync().AsTask());

        Assert.Equal([cancelled], failure.InnerExceptions);
    }

    [Fact]
    public async Task Closing_waits_for_no_lease_that_is_out_and_the_lease_works_on()
    {
        var registry = new PoolRegistry();
        registry.Register(RegistryPools.Make("orders"));
        var lease = await registry["orders"].RentAsync();

        await registry.DisposeAsync().AsTask().Soon();

        lease.Ask();
        lease.Dispose();
    }

    [Fact]
    public async Task A_closed_registry_refuses_everything_and_closing_again_is_the_same_end()
    {
        var registry = new PoolRegistry();
        registry.Register(RegistryPools.Make("a", new IOException("stuck")));
        await using var late = RegistryPools.Make("late");
        var failure = await Assert.ThrowsAsync<AggregateException>(() => registry.DisposeAsync().AsTask());

        Assert.Same(failure, await Assert.ThrowsAsync<AggregateException>(() => registry.DisposeAsync().AsTask()));
        Assert.Throws<ObjectDisposedException>(() => registry.Register(late));
        Assert.Throws<ObjectDisposedException>(() => registry.Register("late", RegistryPools.Make));
        Assert.Throws<ObjectDisposedException>(() => registry.GetOrAdd("late", RegistryPools.Make));
        Assert.Throws<ObjectDisposedException>(() => registry["a"]);
        Assert.False(RegistryPools.IsClosed(late));
    }

    [Fact]
    public async Task A_pool_closed_by_name_is_gone_and_the_others_stay()
    {
        await using var registry = new PoolRegistry();
        var orders = RegistryPools.Make("orders");
        registry.Register(orders);
        registry.Register(RegistryPools.Make("billing"));

        Assert.True(await registry.CloseAsync("orders"));

        Assert.True(RegistryPools.IsClosed(orders));
        Assert.False(await registry.CloseAsync("orders"));
        Assert.Equal(["billing"], registry.Names);
    }

    [Fact]
    public async Task A_pool_added_while_the_registry_closes_is_closed_or_refused()
    {
        for (var round = 0; round < 50; round++)
        {
            var registry = new PoolRegistry();
            using var start = new Barrier(4);
            var adding = Enumerable.Range(0, 3).Select(number => Patience.OnOwnThread(() =>
            {
                var name = $"pool {number}";
                ConnectionPool? made = null;
                start.SignalAndWait();
                try
                {
                    if (number == 0)
                    {
                        registry.Register(made = RegistryPools.Make(name));
                    }
                    else
                    {
                        registry.GetOrAdd(name, _ => made = RegistryPools.Make(name));
                    }

                    return (Pool: made, IsRefused: false);
                }
                catch (ObjectDisposedException)
                {
                    return (Pool: made, IsRefused: true);
                }
            })).ToList();
            var closing = Patience.OnOwnThread(() =>
            {
                start.SignalAndWait();
                registry.Dispose();
                return true;
            });

            await closing.Soon();
            var ends = await Task.WhenAll(adding).Soon();

            // A pool that GetOrAdd made is never left open; one that Register refused is the caller's.
            Assert.All(ends.Skip(1), end => Assert.True(end.Pool is null || RegistryPools.IsClosed(end.Pool)));
            Assert.NotEqual(ends[0].IsRefused, RegistryPools.IsClosed(ends[0].Pool!));
            ends[0].Pool!.Dispose();
        }
    }

    private static Task CloseAsync(PoolRegistry registry, bool isAsync) =>
        isAsync ? registry.DisposeAsync().AsTask().Soon() : Patience.OnOwnThread(() =>
        {
            registry.Dispose();
            return true;
        }).Soon();
}
