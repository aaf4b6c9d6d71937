namespace Cenote.Tests.SessionContexts;

/// <summary>Rents of a pool whose clean sessions keep their contexts, step by step.</summary>
public sealed class KeptContextRentTests
{
    private static readonly SessionContext A = SessionContext.Empty.With("app.tenant", "a");
    private static readonly SessionContext B = SessionContext.Empty.With("app.tenant", "b");

    private static TestPool NewPool(int maxSize = 1, Action<ConnectionPoolOptions>? configure = null) => TestPool.Create(
        options =>
        {
            (options.MaxSize, options.ResetMode, options.WhenDirty.KeepSessionContexts) = (maxSize, ResetMode.WhenDirty, true);
            configure?.Invoke(options);
        },
        database => new CheckedContextProvider(database));

    [Fact]
    public async Task A_rent_with_the_same_context_sets_nothing_and_resets_nothing()
    {
        await using var test = NewPool();
        foreach (var context in (SessionContext[])[A, A, B, SessionContext.Empty, SessionContext.Empty, A])
        {
            (await test.Pool.RentAsync(context).AsTask().Soon()).Dispose();
        }

        Assert.Equal("app.tenant=a; app.tenant=b; app.tenant=-; app.tenant=a", SetIn(test));
        var statistics = test.Pool.GetStatistics();
        Assert.Equal((4, 1, 0), (statistics.SessionContextsSet, statistics.SessionContextsKept, statistics.ResetsStarted));
    }

    [Fact]
    public async Task Without_the_setting_a_context_is_reset()
    {
        await using var test = NewPool(configure: static options => options.WhenDirty.KeepSessionContexts = false);
        (await test.Pool.RentAsync(A).AsTask().Soon()).Dispose();
        (await test.Pool.RentAsync(A).AsTask().Soon()).Dispose();
        var statistics = test.Pool.GetStatistics();
        Assert.Equal((2, 0, 2), (statistics.SessionContextsSet, statistics.SessionContextsKept, statistics.ResetsStarted));
    }

    [Fact]
    public async Task A_lease_whose_connection_was_read_keeps_nothing()
    {
        await using var test = NewPool();
        var lease = await test.Pool.RentAsync(A).AsTask().Soon();
        Assert.NotNull(lease.Connection);
        lease.Dispose();
        (await test.Pool.RentAsync(A).AsTask().Soon()).Dispose();
        Assert.Equal((2, 0, 1), (test.Pool.GetStatistics().SessionContextsSet, test.Pool.GetStatistics().SessionContextsKept, test.Pool.GetStatistics().ResetsStarted));
    }

    [Fact]
    public async Task A_mark_that_comes_after_the_return_counts_for_the_next_rent()
    {
        await using var test = NewPool();
        var lease = await test.Pool.RentAsync(A).AsTask().Soon();
        var physical = lease.TryGetPhysical()!;
        lease.Dispose();
        physical.MarkDirty();
        (await test.Pool.RentAsync(A).AsTask().Soon()).Dispose();
        Assert.Equal((2, 0, 1), (test.Pool.GetStatistics().SessionContextsSet, test.Pool.GetStatistics().SessionContextsKept, test.Pool.GetStatistics().ResetsStarted));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_setting_that_failed_half_way_leaves_an_unknown_context(bool cancels)
    {
        await using var test = NewPool();
        var provider = (StubContextProvider)test.Provider;
        (await test.Pool.RentAsync(A).AsTask().Soon()).Dispose();
        using var cancel = new CancellationTokenSource();
        provider.Before = async token =>
        {
            if (cancels)
            {
                await cancel.CancelAsync();
                token.ThrowIfCancellationRequested();
            }

            throw new StubException(FailureKind.Other, "refused");
        };
        await Assert.ThrowsAnyAsync<Exception>(() => test.Pool.RentAsync(B, cancel.Token).AsTask().Soon());
        provider.Before = static _ => Task.CompletedTask;
        (await test.Pool.RentAsync(A).AsTask().Soon()).Dispose();
        Assert.Equal((2, 0), (test.Pool.GetStatistics().SessionContextsSet, test.Pool.GetStatistics().SessionContextsKept));
    }

    [Fact]
    public async Task The_idle_session_that_has_the_context_is_preferred()
    {
        await using var test = NewPool(maxSize: 3);
        var (none, a, b) = (await test.Pool.RentAsync().AsTask().Soon(), await test.Pool.RentAsync(A).AsTask().Soon(), await test.Pool.RentAsync(B).AsTask().Soon());
        PhysicalOf[] sessions = [new(none), new(a), new(b)];
        none.Dispose();
        a.Dispose();
        b.Dispose();
        foreach (var (context, session) in new[] { (B, sessions[2]), (A, sessions[1]), (SessionContext.Empty, sessions[0]), (B, sessions[2]) })
        {
            var awaited = await test.Pool.RentAsync(context).AsTask().Soon();
            Assert.Equal(session, new PhysicalOf(awaited));
            awaited.Dispose();
            using var blocking = test.Pool.Rent(context);
            Assert.Equal(session, new PhysicalOf(blocking));
        }

        Assert.Equal(2, test.Pool.GetStatistics().SessionContextsSet);
    }

    [Fact]
    public async Task A_session_without_a_context_is_replaced_before_one_with_another()
    {
        await using var test = NewPool(maxSize: 3);
        ConnectionLease[] leases = [await test.Pool.RentAsync().AsTask().Soon(), await test.Pool.RentAsync().AsTask().Soon(), await test.Pool.RentAsync().AsTask().Soon()];
        foreach (var lease in leases)
        {
            lease.Dispose();
        }

        foreach (var context in (SessionContext[])[A, B, A, B])
        {
            (await test.Pool.RentAsync(context).AsTask().Soon()).Dispose();
        }

        Assert.Equal("app.tenant=a; app.tenant=b", SetIn(test));
        Assert.Equal(2, test.Pool.GetStatistics().SessionContextsKept);
    }

    [Fact]
    public async Task A_rent_that_cannot_wait_gets_the_session_that_has_its_context()
    {
        await using var test = NewPool();
        using (A.BeginScope())
        {
            Assert.False(test.Pool.TryRent(out _));
            (await test.Pool.RentAsync().AsTask().Soon()).Dispose();
            Assert.True(test.Pool.TryRent(out var lease));
            lease.Dispose();
        }

        using (B.BeginScope())
        {
            Assert.False(test.Pool.TryRent(out _));
        }

        Assert.False(test.Pool.TryRent(out _));
        (await test.Pool.RentAsync().AsTask().Soon()).Dispose();
        Assert.True(test.Pool.TryRent(out var plain));
        plain.Dispose();
    }

    [Fact]
    public async Task Waiting_callers_are_served_in_their_order_whatever_the_session_has()
    {
        await using var test = NewPool();
        var held = await test.Pool.RentAsync(A).AsTask().Soon();
        var first = test.Pool.RentAsync(B).AsTask();
        var second = test.Pool.RentAsync(A).AsTask();
        held.Dispose();
        var lease = await first.Soon();
        Assert.False(second.IsCompleted);

        // Another caller with the context of the session does not overtake.
        var third = test.Pool.RentAsync(B).AsTask();
        lease.Dispose();
        (await second.Soon()).Dispose();
        (await third.Soon()).Dispose();
        Assert.Equal((4, 0), (test.Pool.GetStatistics().SessionContextsSet, test.Pool.GetStatistics().SessionContextsKept));
    }

    [Fact]
    public async Task A_session_that_has_the_context_of_the_first_caller_is_handed_over_unchanged()
    {
        await using var test = NewPool();
        var held = await test.Pool.RentAsync(A).AsTask().Soon();
        var first = test.Pool.RentAsync(A).AsTask();
        var second = test.Pool.RentAsync(A).AsTask();
        held.Dispose();
        (await first.Soon()).Dispose();
        (await second.Soon()).Dispose();
        Assert.Equal("app.tenant=a", SetIn(test));
        Assert.Equal((1, 2), (test.Pool.GetStatistics().SessionContextsSet, test.Pool.GetStatistics().SessionContextsKept));
    }

    [Fact]
    public async Task A_caller_is_served_in_its_turn_among_callers_whose_context_all_sessions_have()
    {
        await using var test = NewPool(maxSize: 2);
        var leases = new Queue<ConnectionLease>();
        leases.Enqueue(await test.Pool.RentAsync(A).AsTask().Soon());
        leases.Enqueue(await test.Pool.RentAsync(A).AsTask().Soon());
        var waiting = new Queue<Task<ConnectionLease>>([.. Enumerable.Range(0, 3).Select(_ => test.Pool.RentAsync(A).AsTask())]);
        var other = test.Pool.RentAsync(B).AsTask();
        for (var returned = 1; returned <= 4; returned++)
        {
            // For each connection that is returned, another caller with its context comes.
            waiting.Enqueue(test.Pool.RentAsync(A).AsTask());
            leases.Dequeue().Dispose();
            leases.Enqueue(await (returned < 4 ? waiting.Dequeue() : other).Soon());
            Assert.Equal(returned == 4, other.IsCompleted);
        }

        while (leases.TryDequeue(out var lease))
        {
            lease.Dispose();
            if (waiting.TryDequeue(out var next))
            {
                leases.Enqueue(await next.Soon());
            }
        }
    }

    [Fact]
    public async Task A_session_with_the_context_is_preferred_where_nested_rents_are_looked_for()
    {
        await using var test = NewPool(maxSize: 2, static options => options.NestedRentBehavior = NestedRentBehavior.Throw);
        var a = await RentInFlowOfItsOwnAsync(A);
        var b = await RentInFlowOfItsOwnAsync(B);
        var session = new PhysicalOf(b);
        a.Dispose();
        b.Dispose();
        using (var again = await test.Pool.RentAsync(B).AsTask().Soon())
        {
            Assert.Equal(session, new PhysicalOf(again));
        }

        using (var awaited = await test.Pool.RentAsync(B))
        {
            Assert.Equal(session, new PhysicalOf(awaited));
            Assert.Throws<NestedRentException>(() => test.Pool.Rent(A));
            await Assert.ThrowsAsync<NestedRentException>(async () => await test.Pool.RentAsync(A));
            using (A.BeginScope())
            {
                Assert.False(test.Pool.TryRent(out _));
            }
        }

        Assert.Equal((2, 2), (test.Pool.GetStatistics().SessionContextsSet, test.Pool.GetStatistics().SessionContextsKept));

        Task<ConnectionLease> RentInFlowOfItsOwnAsync(SessionContext context) => Task.Run(() => test.Pool.RentAsync(context).AsTask()).Soon();
    }

    [Fact]
    public async Task Names_beyond_256_are_set_and_reset_instead_of_kept()
    {
        await using var test = NewPool();
        for (var batch = 0; batch < 4; batch++)
        {
            var context = Enumerable.Range(64 * batch, 64).Aggregate(SessionContext.Empty, static (context, i) => context.With($"app.t_{i}", "1"));
            (await test.Pool.RentAsync(context).AsTask().Soon()).Dispose();
        }

        Assert.Equal(0, test.Pool.GetStatistics().ResetsStarted);
        for (var i = 1; i <= 2; i++)
        {
            (await test.Pool.RentAsync(A).AsTask().Soon()).Dispose();
            Assert.Equal((i, 0), (test.Pool.GetStatistics().ResetsStarted, test.Pool.GetStatistics().SessionContextsKept));
        }

        // One of the names is kept as before.
        var named = SessionContext.Empty.With("app.t_7", "2");
        (await test.Pool.RentAsync(named).AsTask().Soon()).Dispose();
        (await test.Pool.RentAsync(named).AsTask().Soon()).Dispose();
        Assert.Equal((2, 1), (test.Pool.GetStatistics().ResetsStarted, test.Pool.GetStatistics().SessionContextsKept));
    }

    [Fact]
    public async Task A_name_in_another_case_is_another_name_to_the_session()
    {
        await using var test = NewPool();
        (await test.Pool.RentAsync(A).AsTask().Soon()).Dispose();
        (await test.Pool.RentAsync(SessionContext.Empty.With("App.Tenant", "a")).AsTask().Soon()).Dispose();
        (await test.Pool.RentAsync(SessionContext.Empty.With("App.Tenant", "b")).AsTask().Soon()).Dispose();
        Assert.Equal("app.tenant=a; app.tenant=- App.Tenant=a; app.tenant=- App.Tenant=b", SetIn(test));
        Assert.Equal(0, test.Pool.GetStatistics().SessionContextsKept);
    }

    [Theory]
    [InlineData(SessionReset.ByPool, 1)]
    [InlineData(SessionReset.ByDriver, 0)] // The driver resets the session after the validation.
    public async Task A_stale_session_is_validated_although_it_has_the_context(SessionReset way, int kept)
    {
        await using var test = NewPool(configure: options => options.SessionReset = way);
        (await test.Pool.RentAsync(A).AsTask().Soon()).Dispose();
        test.Pool.Engine.Desk.RequireValidation();
        (await test.Pool.RentAsync(A).AsTask().Soon()).Dispose();
        Assert.Equal(1, test.Database.Calls(StubCall.Validate).Started);
        Assert.Equal((2 - kept, kept), (test.Pool.GetStatistics().SessionContextsSet, test.Pool.GetStatistics().SessionContextsKept));
    }

    private static string SetIn(TestPool test) => string.Join("; ", ((StubContextProvider)test.Provider).Set);

    /// <summary>The session of a lease, whose connection is not read because that would be a mark.</summary>
    private readonly record struct PhysicalOf(object? Session)
    {
        internal PhysicalOf(in ConnectionLease lease)
            : this((object?)lease.TryGetPhysical())
        {
        }
    }
}
