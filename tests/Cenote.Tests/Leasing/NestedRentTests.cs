using System.Data.Common;

namespace Cenote.Tests.Leasing;

/// <summary>One flow that rents a second connection while it holds one.</summary>
public sealed class NestedRentTests
{
    [Fact]
    public async Task A_second_rent_of_the_same_flow_is_refused_with_both_call_sites()
    {
        await using var test = await NewPoolAsync(NestedRentBehavior.Throw);
        using var held = await test.Pool.RentAsync(default(CancellationToken), "/src/Outer.cs", 1, "Outer");

        var refusal = await Assert.ThrowsAsync<NestedRentException>(() => test.Pool.RentAsync(default(CancellationToken), "/src/Inner.cs", 2, "Inner").AsTask());
        Assert.Equal(new CallSite("/src/Outer.cs", 1, "Outer"), refusal.HeldCallSite);
        Assert.Equal(new CallSite("/src/Inner.cs", 2, "Inner"), refusal.NestedCallSite);
        Assert.Contains("Inner.cs:2 (Inner)", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Outer.cs:1 (Outer)", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<NestedRentException>(() => test.Pool.Rent());
        Assert.Throws<NestedRentException>(() => test.Pool.Rent(TimeSpan.FromSeconds(1)));
        Assert.Throws<NestedRentException>(() => test.Pool.OpenConnection());
        await Assert.ThrowsAsync<NestedRentException>(() => test.Pool.OpenConnectionAsync().AsTask());
        await using var command = test.Pool.CreateCommand("x");
        await Assert.ThrowsAsync<NestedRentException>(() => command.ExecuteNonQueryAsync());
        Assert.Equal(6, test.Pool.GetStatistics().NestedRents);
        Assert.Equal(1, test.Counts.Leased);
    }

    [Fact]
    public async Task A_refusal_takes_nothing_and_the_flow_may_rent_again_after_its_return()
    {
        await using var test = await NewPoolAsync(NestedRentBehavior.Throw);
        for (var i = 0; i < 3; i++)
        {
            var lease = test.Pool.Rent();
            Assert.Throws<NestedRentException>(() => test.Pool.Rent());
            lease.Dispose();
            await using var connection = await test.Pool.OpenConnectionAsync();
            await Assert.ThrowsAsync<NestedRentException>(() => test.Pool.RentAsync().AsTask());
        }

        Assert.Equal(6, test.Pool.GetStatistics().NestedRents);
    }

    [Fact]
    public async Task Callers_that_had_to_queue_are_watched_too()
    {
        await using var test = await NewPoolAsync(NestedRentBehavior.Throw, size: 1);
        ConnectionLease other = default;
        await Task.Run(() => other = test.Pool.Rent());
        var queued = test.Pool.RentAsync();
        await test.When(counts => counts.Waiting == 1);
        other.Dispose();
        var lease = await queued.AsTask().Soon();
        Assert.True(lease.IsActive);
        await Assert.ThrowsAsync<NestedRentException>(() => test.Pool.RentAsync().AsTask());
        lease.Dispose();
        (await test.Pool.RentAsync()).Dispose();
    }

    [Fact]
    public async Task A_second_rent_is_nested_while_the_first_still_waits()
    {
        await using var test = await NewPoolAsync(NestedRentBehavior.Throw, size: 1);
        ConnectionLease other = default;
        await Task.Run(() => other = test.Pool.Rent());
        using var source = new CancellationTokenSource();
        var queued = test.Pool.RentAsync(source.Token).AsTask();
        await Assert.ThrowsAsync<NestedRentException>(() => test.Pool.RentAsync().AsTask());
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued.Soon());
        other.Dispose();
        (await test.Pool.RentAsync().Soon()).Dispose();
    }

    [Fact]
    public async Task A_rent_that_failed_leaves_no_trace()
    {
        await using var test = TestPool.Create(options => options.NestedRentBehavior = NestedRentBehavior.Throw);
        test.Script.Always(StubCall.Open, StubStep.Fail());
        await Assert.ThrowsAnyAsync<PoolException>(() => test.Pool.RentAsync().Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Pool.RentAsync(new CancellationToken(canceled: true)).AsTask());
        Assert.ThrowsAny<OperationCanceledException>(() => test.Pool.Rent(new CancellationToken(canceled: true)));

        var exception = await Assert.ThrowsAnyAsync<PoolException>(() => test.Pool.RentAsync().Soon());
        Assert.IsNotType<NestedRentException>(exception);
    }

    [Fact]
    public async Task Flows_that_fork_see_what_was_held_at_the_fork_and_not_what_their_siblings_rent()
    {
        await using var test = await NewPoolAsync(NestedRentBehavior.Throw, size: 4);
        (await test.Pool.RentAsync()).Dispose();
        var both = new TaskCompletionSource();
        var inside = 0;
        await Task.WhenAll(WorkAsync(), WorkAsync()).Soon();
        Assert.Equal(0, test.Pool.GetStatistics().NestedRents);

        using var held = await test.Pool.RentAsync();
        await Assert.ThrowsAsync<NestedRentException>(() => Task.WhenAll(WorkAsync(), WorkAsync()).Soon());
        await Assert.ThrowsAsync<NestedRentException>(() => Task.Run(WorkAsync).Soon());

        async Task WorkAsync()
        {
            using var lease = await test.Pool.RentAsync();
            if (Interlocked.Increment(ref inside) == 2)
            {
                both.SetResult();
            }

            await both.Task;
        }
    }

    [Fact]
    public async Task A_fork_is_free_once_its_parent_has_returned_what_it_held()
    {
        await using var test = await NewPoolAsync(NestedRentBehavior.Throw);
        var held = await test.Pool.RentAsync();
        var returned = new TaskCompletionSource();
        var child = Task.Run(async () =>
        {
            await returned.Task;
            using var lease = await test.Pool.RentAsync();
        });
        held.Dispose();
        returned.SetResult();
        await child.Soon();
        Assert.Equal(0, test.Pool.GetStatistics().NestedRents);
    }

    [Fact]
    public async Task A_revoked_lease_counts_no_more()
    {
        await using var test = await NewPoolAsync(NestedRentBehavior.Throw);
        var held = await test.Pool.RentAsync();
        Assert.True(test.Pool.TryRevoke(Assert.Single(test.Pool.GetLeases())));

        (await test.Pool.RentAsync().Soon()).Dispose();
        held.Dispose();
    }

    [Fact]
    public async Task A_connection_of_another_pool_may_be_held()
    {
        await using var test = await NewPoolAsync(NestedRentBehavior.Throw);
        await using var other = await NewPoolAsync(NestedRentBehavior.Throw);
        using var held = await other.Pool.RentAsync();
        using var lease = await test.Pool.RentAsync();

        Assert.True(lease.IsActive);
    }

    [Fact]
    public async Task A_warning_is_logged_once_for_each_pair_of_call_sites_and_counted_each_time()
    {
        await using var test = await NewPoolAsync(NestedRentBehavior.Warn);
        for (var i = 0; i < 3; i++)
        {
            using var held = test.Pool.Rent();
            using var first = test.Pool.Rent();
        }

        using (test.Pool.Rent())
        {
            using var elsewhere = test.Pool.Rent();
        }

        Assert.Equal(4, test.Pool.GetStatistics().NestedRents);
        var logs = test.Logger.Collector.GetSnapshot().Where(record => record.Id.Id == 64).ToList();
        Assert.Equal(2, logs.Count);
        Assert.All(logs, log => Assert.Equal(2, log.Message.Split("NestedRentTests.cs:").Length - 1));
    }

    [Fact]
    public async Task Nothing_is_looked_for_unless_asked()
    {
        await using var test = await NewPoolAsync(NestedRentBehavior.Allow);
        using var held = await test.Pool.RentAsync();
        using var second = await test.Pool.RentAsync();

        Assert.Equal(0, test.Pool.GetStatistics().NestedRents);
        Assert.Equal(0, test.Pool.Engine.Desk.Attention);
    }

    [Fact]
    public async Task A_data_source_by_its_base_class_is_watched_as_well()
    {
        await using var test = await NewPoolAsync(NestedRentBehavior.Throw);
        DbDataSource source = test.Pool;
        await using var held = await source.OpenConnectionAsync();

        await Assert.ThrowsAsync<NestedRentException>(() => source.OpenConnectionAsync().AsTask());
        Assert.Throws<NestedRentException>(() => source.OpenConnection());
    }

    [Fact]
    public async Task A_watched_pool_serves_its_waiters_in_their_order_and_loses_nothing()
    {
        await using var test = await NewPoolAsync(NestedRentBehavior.Warn, size: 2);
        var served = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                using var lease = await test.Pool.RentAsync();
                lease.Use();
                Interlocked.Increment(ref served);
            }
        }))).Soon();

        Assert.Equal(1600, served);
        await test.When(counts => counts.Idle == 2);
        Assert.Equal(0, test.Pool.GetStatistics().NestedRents);
    }

    private static Task<TestPool> NewPoolAsync(NestedRentBehavior nested, int size = 2) => TestPool.FullAsync(size, options =>
    {
        options.ResetMode = ResetMode.None;
        options.NestedRentBehavior = nested;
    });
}
