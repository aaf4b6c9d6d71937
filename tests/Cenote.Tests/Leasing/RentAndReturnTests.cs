namespace Cenote.Tests.Leasing;

public sealed class RentAndReturnTests
{
    public static TheoryData<SessionReset, bool, ResetMode> EveryWayToClear => new()
    {
        { SessionReset.ByPool, false, ResetMode.Full },
        { SessionReset.ByPool, true, ResetMode.Full },
        { SessionReset.ByPool, true, ResetMode.None },
        { SessionReset.ByDriver, true, ResetMode.Full },
    };

    [Theory]
    [MemberData(nameof(EveryWayToClear))]
    public async Task A_connection_is_acquired_used_and_released(SessionReset clearing, bool inline, ResetMode mode)
    {
        await using var test = await TestPool.FullAsync(1, options => options.ResetMode = mode, TestPool.Clearing(clearing, inline));

        var lease = await test.Pool.RentAsync(TestContext.Current.CancellationToken);
        Assert.Equal((1, 0), (test.Counts.Leased, test.Counts.Idle));
        lease.Use();
        await lease.DisposeAsync();

        await test.When(counts => counts.Idle == 1);
        Assert.Equal(0, test.Counts.Leased);
        Assert.Equal(mode == ResetMode.None ? 0 : 1, test.Database.Resets);
    }

    [Theory]
    [MemberData(nameof(EveryWayToClear))]
    public async Task A_returned_connection_is_used_again(SessionReset clearing, bool inline, ResetMode mode)
    {
        await using var test = await TestPool.FullAsync(1, options => options.ResetMode = mode, TestPool.Clearing(clearing, inline));
        var sessions = new HashSet<int>();

        for (var i = 0; i < 10; i++)
        {
            using var lease = i % 2 == 0 ? await test.Pool.RentAsync().Soon() : await Patience.OnOwnThread(() => test.Pool.Rent()).Soon();
            lease.Use();
            sessions.Add(lease.SessionId());
        }

        Assert.Single(sessions);
        Assert.Equal(1, test.Database.Opened);
    }

    [Fact]
    public async Task No_more_connections_are_open_than_the_maximum()
    {
        await using var test = TestPool.Create(options => (options.MaxSize, options.MaxConcurrentOpens) = (3, 10));

        var rents = Enumerable.Range(0, 10).Select(_ => test.Pool.RentAsync().AsTask()).ToList();
        await test.When(counts => counts.Leased == 3);

        Assert.Equal(7, test.Counts.Waiting);
        while (rents.Count > 0)
        {
            var rent = await Task.WhenAny(rents).Soon();
            rents.Remove(rent);
            using var lease = await rent;
            lease.Use();
        }

        Assert.Equal(3, test.Database.PeakSessions);
        Assert.Equal(3, test.Database.Opened);
    }

    [Fact]
    public async Task A_lease_that_was_returned_throws()
    {
        await using var test = await TestPool.FullAsync(1);
        var lease = await test.Pool.RentAsync();
        lease.Dispose();

        Assert.False(lease.IsActive);
        Assert.Throws<ObjectDisposedException>(() => lease.Connection);
        Assert.Throws<ObjectDisposedException>(() => lease.Unwrap<StubConnection>());
    }

    [Fact]
    public async Task A_stale_lease_does_not_reach_its_slots_next_holder()
    {
        await using var test = await TestPool.FullAsync(1);
        var stale = await test.Pool.RentAsync();
        stale.Dispose();
        using var next = await test.Pool.RentAsync().Soon();

        Assert.Throws<ObjectDisposedException>(() => stale.Connection);
        stale.RetireOnReturn();
        stale.Dispose();
        await stale.DisposeAsync();

        Assert.True(next.IsActive);
        Assert.Equal(1, test.Counts.Leased);
        next.Dispose();
        await test.When(counts => counts.Idle == 1);
        Assert.Equal(0, test.Database.Closed);
    }

    [Theory]
    [MemberData(nameof(EveryWayToClear))]
    public async Task Returning_twice_is_harmless(SessionReset clearing, bool inline, ResetMode mode)
    {
        await using var test = await TestPool.FullAsync(1, options => options.ResetMode = mode, TestPool.Clearing(clearing, inline));
        var lease = await test.Pool.RentAsync();
        var copy = lease;
        lease.Use();

        lease.Dispose();
        copy.Dispose();
        await copy.DisposeAsync();

        await test.When(counts => counts.Idle == 1);
        Assert.Equal(1, test.Counts.Total);
        Assert.Equal(mode == ResetMode.None ? 0 : 1, test.Database.Resets);
    }

    [Theory]
    [MemberData(nameof(EveryWayToClear))]
    public async Task Returning_from_two_threads_at_once_returns_once(SessionReset clearing, bool inline, ResetMode mode)
    {
        await using var test = await TestPool.FullAsync(1, options => options.ResetMode = mode, TestPool.Clearing(clearing, inline));
        for (var round = 0; round < 200; round++)
        {
            var lease = await test.Pool.RentAsync().Soon();
            lease.Use();
            using var start = new Barrier(2);
            var returns = Enumerable.Range(0, 2).Select(_ => Patience.OnOwnThread(() =>
            {
                start.SignalAndWait();
                lease.Dispose();
                return true;
            })).ToArray();
            await Task.WhenAll(returns).Soon();
        }

        await test.When(counts => counts.Idle == 1);
        Assert.Equal(mode == ResetMode.None ? 0 : 200, test.Database.Resets);
    }

    [Fact]
    public void An_empty_lease_throws_and_can_be_disposed_of()
    {
        var empty = default(ConnectionLease);

        Assert.False(empty.IsActive);
        Assert.Throws<ObjectDisposedException>(() => empty.Connection);
        empty.RetireOnReturn();
        empty.Dispose();
    }

    [Fact]
    public async Task A_lease_unwraps_to_the_drivers_type_and_to_no_other()
    {
        await using var test = await TestPool.FullAsync(1);
        using var lease = await test.Pool.RentAsync();

        Assert.Same(lease.Connection, lease.Unwrap<StubConnection>());
        Assert.Throws<InvalidCastException>(() => lease.Unwrap<PooledConnection>());
    }

    [Fact]
    public async Task A_connection_whose_holder_asked_for_it_is_closed_and_replaced()
    {
        await using var test = await TestPool.FullAsync(1);
        var lease = await test.Pool.RentAsync();
        var session = lease.SessionId();

        lease.RetireOnReturn();
        Assert.True(lease.IsActive);
        lease.Dispose();

        using var next = await test.Pool.RentAsync().Soon();
        Assert.NotEqual(session, next.SessionId());
        await test.When(counts => counts.Closing == 0);
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.RequestedByHolder]);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task A_connection_found_broken_on_return_is_never_rented_again(SessionReset clearing)
    {
        await using var test = await TestPool.FullAsync(1, provider: TestPool.Clearing(clearing));
        var lease = await test.Pool.RentAsync();
        var session = lease.SessionId();

        lease.Stub().Break();
        lease.Dispose();

        using var next = await test.Pool.RentAsync().Soon();
        Assert.NotEqual(session, next.SessionId());
        await test.When(counts => counts.Closing == 0);
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.ConnectionLost]);
    }

    [Fact]
    public async Task Many_callers_at_once_never_share_a_connection()
    {
        await using var test = await TestPool.FullAsync(4, options => options.TimeProvider = TimeProvider.System);

        var callers = Enumerable.Range(0, 16).Select(number => number % 4 == 0
            ? Patience.OnOwnThread(() =>
            {
                for (var i = 0; i < 500; i++)
                {
                    using var lease = test.Pool.Rent();
                    lease.Use();
                }

                return true;
            })
            : Task.Run(async () =>
            {
                for (var i = 0; i < 500; i++)
                {
                    await using var lease = await test.Pool.RentAsync();
                    lease.Use();
                }

                return true;
            })).ToArray();
        await Task.WhenAll(callers).Soon();

        await test.When(counts => counts is { Idle: 4, Waiting: 0, Leased: 0 });
        Assert.Equal(8000, test.Pool.GetStatistics().Rents);
        Assert.Equal(4, test.Database.Opened);
    }
}
