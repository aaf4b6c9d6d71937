using System.Data;
using System.Runtime.CompilerServices;

namespace Cenote.Tests.LeakDetection;

/// <summary>Leases that the pool takes away from their holders.</summary>
public sealed class RevocationTests
{
    public static TheoryData<SessionReset> Ways() => new(SessionReset.ByPool, SessionReset.ByDriver);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_lease_held_too_long_is_revoked_and_its_slot_gets_another_connection(SessionReset way)
    {
        await using var test = await TestPool.FullAsync(
            1, options => options.LeakDetection.RevokeAfter = TimeSpan.FromSeconds(60), TestPool.Clearing(way));
        var reports = new Reports(test.Pool);
        var late = await test.Pool.RentAsync();
        var session = late.SessionId();
        var next = test.Pool.RentAsync().AsTask();
        for (var second = 0; second < 65 && test.Pool.GetStatistics().LeasesRevoked == 0; second++)
        {
            test.Time.Advance(TimeSpan.FromSeconds(1));
        }

        var lease = await next.Soon();
        Assert.NotEqual(session, lease.SessionId());
        Assert.False(late.IsActive);
        var refusal = Assert.Throws<LeaseRevokedException>(() => late.Connection);
        Assert.Equal(TimeSpan.FromSeconds(60), refusal.RevokeAfter);
        Assert.Contains("RevocationTests.cs:", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(refusal.Lease.Age.TotalSeconds, 60, 62);
        late.Dispose();
        await late.DisposeAsync();
        Assert.True(lease.IsActive);
        lease.Ask();
        lease.Dispose();
        Assert.Equal(1, test.Pool.GetStatistics().LeasesRevoked);
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.Revoked]);
        Assert.Single(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 62);
        await reports.NextAsync(LeakKind.Revoked);
    }

    [Fact]
    public async Task A_suspected_leak_that_is_revoked_is_not_reported_as_returned()
    {
        await using var test = await TestPool.FullAsync(1, options =>
            (options.LeakDetection.Threshold, options.LeakDetection.RevokeAfter) = (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10)));
        var reports = new Reports(test.Pool);
        var late = await test.Pool.RentAsync();
        await test.Pass(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1));
        late.Dispose();
        await test.Pass(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));

        await reports.NextAsync(LeakKind.Suspected);
        Assert.True((await reports.NextAsync(LeakKind.Revoked)).Lease.IsSuspectedLeak);
        Assert.Equal(2, reports.Count);
        Assert.Equal(0, test.Pool.GetStatistics().LeasesReturnedLate);
    }

    [Fact]
    public async Task A_revoked_connection_throws_for_its_late_holder_and_can_be_opened_again()
    {
        await using var test = await TestPool.FullAsync(2);
        await using var connection = await test.Pool.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "x";
        var before = await command.ExecuteScalarAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        Assert.True(test.Pool.TryRevoke(Assert.Single(test.Pool.GetLeases())));

        Assert.Equal(ConnectionState.Broken, connection.State);
        var refusal = await Assert.ThrowsAsync<LeaseRevokedException>(() => command.ExecuteScalarAsync());
        Assert.Null(refusal.RevokeAfter);
        Assert.Equal("test", refusal.PoolName);
        Assert.Throws<LeaseRevokedException>(() => connection.Unwrap<StubConnection>());
        Assert.Throws<LeaseRevokedException>(connection.Open);
        Assert.Throws<LeaseRevokedException>(() => connection.BeginTransaction());
        await Assert.ThrowsAsync<LeaseRevokedException>(() => transaction.CommitAsync());
        await connection.CloseAsync();
        Assert.Equal(ConnectionState.Closed, connection.State);
        await connection.OpenAsync();
        Assert.NotEqual(before, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task After_its_disposal_a_revoked_connection_throws_as_disposed()
    {
        await using var test = await TestPool.FullAsync(1);
        var connection = await test.Pool.OpenConnectionAsync();
        Assert.True(test.Pool.TryRevoke(Assert.Single(test.Pool.GetLeases())));
        await connection.DisposeAsync();

        Assert.Throws<ObjectDisposedException>(() => connection.Unwrap<StubConnection>());
    }

    [Fact]
    public async Task A_lease_that_has_ended_cannot_be_revoked_and_its_next_holder_is_not_touched()
    {
        await using var test = await TestPool.FullAsync(1, options => options.ResetMode = ResetMode.None);
        var first = await test.Pool.RentAsync();
        var stale = Assert.Single(test.Pool.GetLeases());
        first.Dispose();
        var second = await test.Pool.RentAsync();

        Assert.False(test.Pool.TryRevoke(stale));
        Assert.True(second.IsActive);
        Assert.Throws<ObjectDisposedException>(() => first.Connection);
        second.Dispose();
    }

    [Fact]
    public async Task Holders_from_many_revocations_ago_see_only_an_ended_lease()
    {
        await using var test = await TestPool.FullAsync(1);
        var late = new List<ConnectionLease>();
        for (var i = 0; i < 33; i++)
        {
            late.Add(await test.Pool.RentAsync().Soon());
            Assert.True(test.Pool.TryRevoke(Assert.Single(test.Pool.GetLeases())));
        }

        Assert.Throws<ObjectDisposedException>(() => late[0].Connection);
        Assert.All(late.Skip(1), lease => Assert.Throws<LeaseRevokedException>(() => lease.Connection));
    }

    [Fact]
    public async Task A_lease_of_another_pool_is_refused()
    {
        await using var test = await TestPool.FullAsync(1);
        await using var other = await TestPool.FullAsync(1);
        using var lease = await other.Pool.RentAsync();

        Assert.Throws<ArgumentException>(() => test.Pool.TryRevoke(Assert.Single(other.Pool.GetLeases())));
        Assert.Throws<ArgumentNullException>(() => test.Pool.TryRevoke(null!));
    }

    [Fact]
    public async Task A_hanging_close_costs_the_slot_a_second_and_the_connection()
    {
        var gate = new StubGate();
        await using var test = await TestPool.FullAsync(1, script: new CallScript().At(StubCall.Close, 1, StubStep.Hang(gate)));
        var late = await test.Pool.RentAsync();
        var session = late.SessionId();
        Assert.True(test.Pool.TryRevoke(Assert.Single(test.Pool.GetLeases())));
        await test.Database.CallStarted(StubCall.Close, 1).Soon();
        var next = test.Pool.RentAsync().AsTask();
        await test.Pump(next);

        var lease = await next;

        // Fake time overshoots on a busy machine; a close that is not a revocation's would take ten minutes.
        Assert.InRange(test.Pool.GetStatistics().WaitTime.Maximum.TotalSeconds, 0.5, 599);
        Assert.NotEqual(session, lease.SessionId());
        lease.Dispose();
        gate.Release();
        await test.Database.SessionsAre(1).Soon();
    }

    [Fact]
    public async Task A_revocation_in_a_closed_pool_closes_the_last_connection()
    {
        await using var test = await TestPool.FullAsync(1);
        var late = await test.Pool.RentAsync();
        await test.Pool.DisposeAsync().Soon();
        Assert.True(test.Pool.TryRevoke(Assert.Single(test.Pool.GetLeases())));

        await test.Database.SessionsAre(0).Soon();
        late.Dispose();
        Assert.Empty(test.Pool.GetLeases());
    }

    [Fact]
    public async Task A_collected_connection_is_reported_as_abandoned_and_not_as_returned()
    {
        await using var test = await TestPool.FullAsync(1, options => options.LeakDetection.Threshold = TimeSpan.FromSeconds(5));
        var reports = new Reports(test.Pool);
        var kept = Leak(test.Pool);
        await test.Pass(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
        await reports.NextAsync(LeakKind.Suspected);

        // Not before: another test may collect at any time.
        kept[0] = null;
        var next = test.Pool.RentAsync().AsTask();
        while (!next.IsCompleted)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        using var lease = await next;
        await test.Pass(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));
        var abandoned = (await reports.NextAsync(LeakKind.Abandoned)).Lease;
        Assert.Equal(nameof(Leak), abandoned.CallSite.MemberName);
        Assert.Equal(1, test.Pool.GetStatistics().LeasesAbandoned);
        Assert.Equal(0, test.Pool.GetStatistics().LeasesReturnedLate);
        Assert.Equal(2, reports.Count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static PooledConnection?[] Leak(ConnectionPool pool) => [pool.OpenConnection()];
}
