using Cenote.Tests.Routing;

namespace Cenote.Tests.SessionContexts;

/// <summary>What becomes of a rent and of its connection while a context is set, step by step.</summary>
public sealed class ContextRentTests
{
    private static readonly SessionContext Tenant = SessionContext.Empty.With("app.tenant", "7");

    private static TestPool NewPool(Action<ConnectionPoolOptions>? configure = null) => TestPool.Create(configure, database => new StubContextProvider(database));

    [Fact]
    public async Task A_context_that_sessions_cannot_carry_is_refused_before_a_rent()
    {
        await using var test = TestPool.Create();
        using (Tenant.BeginScope())
        {
            var refusal = await Assert.ThrowsAsync<NotSupportedException>(async () => await test.Pool.RentAsync());
            Assert.Contains("stub sessions cannot carry a context", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("app.tenant", refusal.Message, StringComparison.Ordinal);
            Assert.Throws<NotSupportedException>(() => test.Pool.Rent());
            Assert.Throws<NotSupportedException>(() => test.Pool.TryRent(out _));
            (await test.Pool.RentAsync(SessionContext.Empty)).Dispose();
        }

        Assert.Equal(1, test.Pool.GetStatistics().Rents);
    }

    [Fact]
    public async Task A_provider_says_what_its_sessions_carry()
    {
        await using var test = NewPool();
        var refusal = await Assert.ThrowsAsync<NotSupportedException>(async () => await test.Pool.RentAsync(Tenant.WithRole("reader")));
        Assert.Contains("stub sessions carry settings only", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, test.Pool.GetStatistics().Rents);
    }

    [Fact]
    public async Task A_callback_that_throws_fails_the_rent_before_a_connection_is_taken()
    {
        await using var test = NewPool(options => options.SessionContextProvider = () => throw new InvalidOperationException("no tenant"));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await test.Pool.RentAsync());
        Assert.Equal(0, test.Pool.GetStatistics().Rents);
        (await test.Pool.RentAsync(Tenant)).Dispose();
    }

    [Fact]
    public async Task An_argument_precedes_the_callback_of_the_pool_also_through_a_route()
    {
        await using var test = NewPool(options => options.SessionContextProvider = () => SessionContext.Empty.With("app.tenant", "callback"));
        var route = new Switch(test.Pool);
        (await test.Pool.RentAsync(Tenant)).Dispose();
        (await route.RentAsync(Tenant)).Dispose();
        route.Rent(Tenant).Dispose();
        await using (await route.OpenConnectionAsync(Tenant))
        {
            // A scope does not count as an argument.
            using var scope = Tenant.BeginScope();
            (await route.RentAsync()).Dispose();
        }

        (await route.RentAsync(SessionContext.Empty)).Dispose();
        (await route.RentAsync()).Dispose();
        Assert.Equal(["app.tenant=7", "app.tenant=7", "app.tenant=7", "app.tenant=7", "app.tenant=callback", "app.tenant=callback"], ((StubContextProvider)test.Provider).Set, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData(ResetMode.Full)]
    [InlineData(ResetMode.None)]
    public async Task A_rent_cancelled_while_its_context_is_set_loses_no_connection(ResetMode mode)
    {
        await using var test = NewPool(options => (options.MaxSize, options.ResetMode) = (1, mode));
        var provider = (StubContextProvider)test.Provider;
        var reached = new TaskCompletionSource();
        provider.Before = token =>
        {
            reached.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        };
        using var cancel = new CancellationTokenSource();
        var rent = test.Pool.RentAsync(Tenant, cancel.Token).AsTask();
        await reached.Task.Soon();
        var next = test.Pool.RentAsync(SessionContext.Empty).AsTask();
        Assert.False(next.IsCompleted);
        await cancel.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rent);
        Assert.Equal(cancel.Token, cancelled.CancellationToken);

        // The session may have the context, so the next caller has it reset or closed.
        provider.Before = static _ => Task.CompletedTask;
        (await next.Soon()).Dispose();
        Assert.Empty(provider.Set);
        await test.When(counts => counts is { Leased: 0, Waiting: 0, Idle: 1 });
    }

    [Fact]
    public async Task A_lease_revoked_while_its_context_is_set_ends()
    {
        await using var test = NewPool(options => options.MaxSize = 1);
        var provider = (StubContextProvider)test.Provider;
        var (reached, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        provider.Before = _ =>
        {
            reached.SetResult();
            return gate.Task;
        };
        var rent = test.Pool.RentAsync(Tenant).AsTask();
        await reached.Task.Soon();
        Assert.True(test.Pool.TryRevoke(Assert.Single(test.Pool.GetLeases())));
        gate.SetException(new StubException(FailureKind.ConnectionLost, "ended"));
        await Assert.ThrowsAsync<LeaseRevokedException>(() => rent.Soon());
        provider.Before = static _ => Task.CompletedTask;
        (await test.Pool.RentAsync(Tenant).AsTask().Soon()).Dispose();
    }

    [Fact]
    public async Task A_rent_gives_up_after_three_dead_connections()
    {
        await using var test = NewPool();
        var provider = (StubContextProvider)test.Provider;
        var attempts = 0;
        provider.Before = _ => ++attempts < 3 ? throw new StubException(FailureKind.ConnectionLost, "gone") : Task.CompletedTask;
        (await test.Pool.RentAsync(Tenant).AsTask().Soon()).Dispose();
        Assert.Equal(3, test.Pool.GetStatistics().ConnectionsOpened);

        provider.Before = _ => throw new StubException(FailureKind.ConnectionLost, "gone");
        var failure = await Assert.ThrowsAsync<SessionContextException>(() => test.Pool.RentAsync(Tenant).AsTask().Soon());
        Assert.Equal(FailureKind.ConnectionLost, failure.FailureKind);
        Assert.True(failure.IsTransient);
        await test.When(counts => counts.Leased == 0);
    }

    [Fact]
    public async Task Where_no_reset_clears_it_every_rent_restores_what_a_context_has_named()
    {
        await using var test = NewPool(options => (options.MaxSize, options.ResetMode) = (1, ResetMode.None));
        var provider = (StubContextProvider)test.Provider;
        foreach (var context in (SessionContext[])[SessionContext.Empty, Tenant, SessionContext.Empty, SessionContext.Empty.With("app.user", "anna"), Tenant])
        {
            (await test.Pool.RentAsync(context).AsTask().Soon()).Dispose();
        }

        test.Pool.Rent().Dispose();
        Assert.Equal("app.tenant=7; app.tenant=-; app.tenant=- app.user=anna; app.user=- app.tenant=7; app.user=- app.tenant=-", string.Join("; ", provider.Set));
        Assert.False(test.Pool.TryRent(out _));
        Assert.Equal(5, test.Pool.GetStatistics().SessionContextsSet);
    }

    [Fact]
    public async Task A_nested_rent_is_found_with_a_context_too()
    {
        await using var test = NewPool(options => options.NestedRentBehavior = NestedRentBehavior.Throw);
        await using var held = await test.Pool.RentAsync(Tenant);
        await Assert.ThrowsAsync<NestedRentException>(async () => await test.Pool.RentAsync(Tenant));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_nested_rent_is_found_under_an_opened_connection_with_a_context(bool isRouted)
    {
        await using var test = NewPool(options => options.NestedRentBehavior = NestedRentBehavior.Throw);
        await using var held = await (isRouted ? new Switch(test.Pool).OpenConnectionAsync(Tenant) : test.Pool.OpenConnectionAsync(Tenant));
        await Assert.ThrowsAsync<NestedRentException>(async () => await test.Pool.RentAsync());
    }

    [Fact]
    public async Task A_nested_rent_is_found_after_a_dead_connection_was_replaced()
    {
        await using var test = NewPool(options => options.NestedRentBehavior = NestedRentBehavior.Throw);
        var provider = (StubContextProvider)test.Provider;
        var attempts = 0;
        provider.Before = _ => ++attempts == 1 ? throw new StubException(FailureKind.ConnectionLost, "gone") : Task.CompletedTask;
        await using (await test.Pool.RentAsync(Tenant))
        {
            Assert.Equal(2, attempts);
            await Assert.ThrowsAsync<NestedRentException>(async () => await test.Pool.RentAsync());
        }

        (await test.Pool.RentAsync()).Dispose();
    }

    [Fact]
    public async Task A_driver_s_own_exception_for_a_cancel_ends_the_rent_as_cancelled()
    {
        await using var test = NewPool();
        using var cancel = new CancellationTokenSource();
        ((StubContextProvider)test.Provider).Before = _ =>
        {
            cancel.Cancel();
            throw new StubException(FailureKind.QueryTimeout, "cancelled by user");
        };
        var cancelled = await Assert.ThrowsAsync<OperationCanceledException>(() => test.Pool.RentAsync(Tenant, cancel.Token).AsTask());
        Assert.Equal(cancel.Token, cancelled.CancellationToken);
        Assert.Equal(0, test.Pool.GetStatistics().SessionContextFailures);
        await test.When(counts => counts.Leased == 0);
    }

    [Fact]
    public async Task A_cancel_that_comes_as_the_context_is_set_reaches_no_statement()
    {
        await using var test = NewPool(options => options.MaxSize = 1);
        using var cancel = new CancellationTokenSource();
        var provider = (StubContextProvider)test.Provider;
        provider.Before = _ =>
        {
            cancel.Cancel();
            return Task.CompletedTask;
        };
        await Assert.ThrowsAsync<OperationCanceledException>(() => test.Pool.RentAsync(Tenant, cancel.Token).AsTask());
        provider.Before = static _ => Task.CompletedTask;
        (await test.Pool.RentAsync(SessionContext.Empty).AsTask().Soon()).Dispose();

        // The cancel may still be on its way to the first session.
        Assert.Equal(2, test.Pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task Where_no_reset_clears_them_more_than_256_names_are_refused()
    {
        await using var test = NewPool(options => (options.MaxSize, options.ResetMode) = (1, ResetMode.Rollback));
        for (var batch = 0; batch < 4; batch++)
        {
            var context = Enumerable.Range(64 * batch, 64).Aggregate(SessionContext.Empty, static (context, i) => context.With($"app.t_{i}", "1"));
            (await test.Pool.RentAsync(context).AsTask().Soon()).Dispose();
        }

        var rents = test.Pool.GetStatistics().Rents;
        var refusal = await Assert.ThrowsAsync<NotSupportedException>(async () => await test.Pool.RentAsync(Tenant));
        Assert.Contains("ResetMode.Rollback", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(rents, test.Pool.GetStatistics().Rents);
        (await test.Pool.RentAsync(SessionContext.Empty.With("app.t_7", "2")).AsTask().Soon()).Dispose();
    }
}
