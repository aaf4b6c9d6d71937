namespace Cenote.Tests.LeakDetection;

/// <summary>Leases held for longer than the threshold.</summary>
public sealed class SuspectedLeakTests
{
    [Fact]
    public async Task A_lease_held_beyond_the_threshold_is_reported_once_with_its_holder()
    {
        await using var test = await NewPoolAsync();
        var reports = new Reports(test.Pool);
        var lease = await test.Pool.RentAsync();
        await test.Pass(TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(1));
        Assert.Equal(0, test.Pool.GetStatistics().LeaksSuspected);
        await test.Pass(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));

        var leak = (await reports.NextAsync(LeakKind.Suspected)).Lease;
        Assert.Equal(nameof(A_lease_held_beyond_the_threshold_is_reported_once_with_its_holder), leak.CallSite.MemberName);
        Assert.EndsWith("SuspectedLeakTests.cs", leak.CallSite.FilePath, StringComparison.Ordinal);
        Assert.InRange(leak.CallSite.LineNumber, 1, 40);
        Assert.InRange(leak.Age.TotalSeconds, 10, 12);
        Assert.Null(leak.Origin);
        Assert.True(leak.IsSuspectedLeak);
        Assert.True(Assert.Single(test.Pool.GetLeases()).IsSuspectedLeak);
        Assert.Equal(1, test.Pool.GetStatistics().LeaksSuspected);
        var log = Assert.Single(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 60);
        Assert.Contains("SuspectedLeakTests.cs:", log.Message, StringComparison.Ordinal);
        lease.Dispose();
        await test.Pass(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));

        var back = (await reports.NextAsync(LeakKind.ReturnedLate)).Lease;
        Assert.InRange(back.Age.TotalSeconds, 38, 41);
        Assert.Equal(leak.CallSite, back.CallSite);
        Assert.Equal(1, test.Pool.GetStatistics().LeasesReturnedLate);
        Assert.Single(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 61);
        await test.Pass(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        Assert.Equal(2, reports.Count);
    }

    [Fact]
    public async Task Each_lease_of_a_slot_is_suspected_for_itself()
    {
        await using var test = await NewPoolAsync();
        for (var i = 0; i < 3; i++)
        {
            var lease = await test.Pool.RentAsync();
            await test.Pass(TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(1));
            lease.Dispose();
        }

        await test.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(3, test.Pool.GetStatistics().LeaksSuspected);
        Assert.Equal(3, test.Pool.GetStatistics().LeasesReturnedLate);
    }

    [Fact]
    public async Task A_late_return_is_noticed_although_its_slot_is_rented_at_once()
    {
        await using var test = await NewPoolAsync();
        var late = await test.Pool.RentAsync();
        await test.Pass(TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(1));
        var next = test.Pool.RentAsync().AsTask();
        late.Dispose();
        var lease = await next.Soon();
        await test.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(1, test.Pool.GetStatistics().LeasesReturnedLate);
        Assert.False(Assert.Single(test.Pool.GetLeases()).IsSuspectedLeak);
        lease.Dispose();
    }

    [Fact]
    public async Task Nothing_is_suspected_unless_asked_for()
    {
        await using var test = await TestPool.FullAsync(1, options => options.ResetMode = ResetMode.None);
        var lease = await test.Pool.RentAsync();
        await test.Pass(TimeSpan.FromHours(1));

        Assert.Equal(0, test.Pool.GetStatistics().LeaksSuspected);
        Assert.False(Assert.Single(test.Pool.GetLeases()).IsSuspectedLeak);
        lease.Dispose();
    }

    [Fact]
    public async Task A_handler_that_throws_is_logged_and_the_next_one_is_called()
    {
        await using var test = await NewPoolAsync();
        test.Pool.LeakReported += (_, _) => throw new InvalidOperationException("a bug in a handler");
        var reports = new Reports(test.Pool);
        using var lease = await test.Pool.RentAsync();
        await test.Pass(TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(1));

        await reports.NextAsync(LeakKind.Suspected);
        Assert.Single(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 63);
        Assert.Equal(0, test.Pool.GetStatistics().MaintenanceFailures);
    }

    [Fact]
    public async Task A_hanging_handler_delays_no_maintenance_and_keeps_a_bounded_list()
    {
        await using var test = await NewPoolAsync();
        var gate = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        var told = 0;
        test.Pool.LeakReported += (_, _) =>
        {
            Interlocked.Increment(ref told);
            reached.TrySetResult();
            gate.Task.Wait();
        };
        var most = Cenote.Shared.OrderedEvent<LeakReportedEventArgs>.MaxWaiting;
        var leak = new Holder(test.Pool).CurrentLease();
        for (var i = 0; i <= most + 5; i++)
        {
            test.Pool.Engine.Leaks.ReportSuspected(leak);
            if (i == 0)
            {
                await reached.Task.Soon();
            }
        }

        await test.Pass(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1));
        (await test.Pool.RentAsync().Soon()).Dispose();
        gate.SetResult();
        var last = new TaskCompletionSource();
        test.Pool.LeakReported += (_, report) => last.TrySetResult();
        test.Pool.Engine.Leaks.ReportSuspected(leak);
        await last.Task.Soon();
        Assert.InRange(Volatile.Read(ref told), 1, most + 2);
    }

    private static Task<TestPool> NewPoolAsync() => TestPool.FullAsync(1, options =>
    {
        options.ResetMode = ResetMode.None;
        options.LeakDetection.Threshold = TimeSpan.FromSeconds(10);
    });

    private sealed class Holder(ConnectionPool pool)
    {
        public LeaseInfo CurrentLease()
        {
            using var lease = pool.Rent();
            return new LeaseInfo(Assert.Single(pool.GetLeases())) { IsSuspectedLeak = true };
        }
    }
}
