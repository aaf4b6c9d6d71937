namespace Cenote.Tests.LeakDetection;

/// <summary>Who holds what, as data and as text.</summary>
public sealed class LeaseReportTests
{
    [Fact]
    public async Task Every_lease_is_listed_with_its_call_site_the_oldest_first()
    {
        await using var test = await TestPool.FullAsync(3);
        Assert.Empty(test.Pool.GetLeases());
        var first = await test.Pool.RentAsync();
        await test.Pass(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        var second = test.Pool.OpenConnection();

        var leases = test.Pool.GetLeases();
        Assert.Equal(2, leases.Count);
        Assert.Equal(5, leases[0].Age.TotalSeconds, 1.1);
        Assert.Equal(0, leases[1].Age.TotalSeconds, 1.1);
        Assert.Equal(test.Time.GetUtcNow() - leases[0].Age, leases[0].RentedAt);
        Assert.All(leases, lease =>
        {
            Assert.EndsWith("LeaseReportTests.cs", lease.CallSite.FilePath, StringComparison.Ordinal);
            Assert.Equal(nameof(Every_lease_is_listed_with_its_call_site_the_oldest_first), lease.CallSite.MemberName);
        });
        Assert.NotEqual(leases[0].CallSite.LineNumber, leases[1].CallSite.LineNumber);
        Assert.NotEqual(leases[0].SlotId, leases[1].SlotId);

        second.Dispose();
        first.Dispose();
        await test.When(counts => counts.Idle == 3);
        Assert.Empty(test.Pool.GetLeases());
    }

    [Theory]
    [InlineData("/src/Orders.cs", 87, "LoadAsync", "Orders.cs:87 (LoadAsync)")]
    [InlineData("ShopContext", 0, "EF Core", "ShopContext (EF Core)")]
    [InlineData("", 0, "", "unknown caller")]
    [InlineData(null, 0, null, "unknown caller")]
    public void A_holder_without_a_line_is_named_without_one(string? file, int line, string? member, string expected)
    {
        Assert.Equal(expected, new CallSite(file, line, member).ToString());
        Assert.Equal(expected + ", held 1.5 s", new LeaseHolder(0, TimeSpan.FromSeconds(1.5), new CallSite(file, line, member)).ToString());
    }

    [Fact]
    public async Task A_caller_that_queued_is_the_holder_not_the_thread_that_served_it()
    {
        await using var test = await TestPool.FullAsync(1);
        var lease = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync(callerFilePath: "/src/Waiting.cs", callerLineNumber: 7, callerMemberName: "Wait").AsTask();
        lease.Dispose();
        lease = await waiting.Soon();

        Assert.Equal(new CallSite("/src/Waiting.cs", 7, "Wait"), Assert.Single(test.Pool.GetLeases()).CallSite);
        lease.Dispose();
    }

    [Fact]
    public async Task The_text_groups_leases_by_call_site_and_marks_suspected_leaks()
    {
        await using var test = await TestPool.FullAsync(4, options => options.LeakDetection.Threshold = TimeSpan.FromSeconds(30));
        var leases = new List<ConnectionLease> { Rent("/src/Orders.cs", 87, "LoadAsync"), Rent("/src/Orders.cs", 87, "LoadAsync") };
        await test.Pass(TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(1));
        leases.Add(Rent("/src/Prices.cs", 12, "Update"));

        var report = test.Pool.GetLeaseReport();
        var text = report.ToString();
        Assert.Equal(3, report.Leases.Count);
        Assert.Equal("test", report.PoolName);
        Assert.Contains("3 leases from 2 places, 2 suspected leaks (held longer than 30 s)", text, StringComparison.Ordinal);
        Assert.Contains("Orders.cs:87 (LoadAsync): 2", text, StringComparison.Ordinal);
        Assert.Contains("in /src/Orders.cs", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split("SUSPECTED").Length - 1);
        Assert.True(text.IndexOf("Orders.cs", StringComparison.Ordinal) < text.IndexOf("Prices.cs", StringComparison.Ordinal));
        leases.ForEach(lease => lease.Dispose());

        ConnectionLease Rent(string file, int line, string member) => test.Pool.Rent(CancellationToken.None, file, line, member);
    }

    [Fact]
    public async Task The_text_of_an_unused_pool_has_no_holders()
    {
        await using var test = await TestPool.FullAsync(1);

        Assert.Contains("No connection is rented.", test.Pool.GetLeaseReport().ToString(), StringComparison.Ordinal);
    }

    /// <summary>
    /// Four holders, each with one file, line and member of its own, rent as fast as they can: a mixture would be a
    /// torn read.
    /// </summary>
    [Fact]
    public async Task A_snapshot_never_mixes_the_holders_of_two_leases()
    {
        await using var pool = new ConnectionPool(
            new StubProvider(new StubDatabase()), new ConnectionPoolOptions { MinSize = 2, MaxSize = 2, ResetMode = ResetMode.None });
        await pool.WaitUntilReadyAsync().Soon();
        using var stop = new CancellationTokenSource();
        var renters = Enumerable.Range(1, 4).Select(number => Patience.OnOwnThread(() =>
        {
            var (file, member) = ($"file {number}", $"member {number}");
            while (!stop.IsCancellationRequested)
            {
                pool.Rent(CancellationToken.None, file, number, member).Dispose();
            }

            return true;
        })).ToArray();

        var seen = 0;
        var watch = System.Diagnostics.Stopwatch.StartNew();
        try
        {
            while (seen < 20_000)
            {
                Assert.True(watch.Elapsed < Patience.Limit, $"only {seen} leases seen");
                foreach (var lease in pool.GetLeases().Where(lease => lease.CallSite.IsKnown))
                {
                    seen++;
                    var site = lease.CallSite;
                    Assert.Equal(($"file {site.LineNumber}", $"member {site.LineNumber}"), (site.FilePath, site.MemberName));
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(renters).Soon();
        }
    }
}
