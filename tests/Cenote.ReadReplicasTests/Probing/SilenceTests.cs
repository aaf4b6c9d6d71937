namespace Cenote.ReadReplicasTests.Probing;

/// <summary>Hosts from which nothing comes back.</summary>
public sealed class SilenceTests
{
    [Fact]
    public async Task A_probe_that_hangs_has_failed_when_its_time_is_up()
    {
        await using var test = await TestSet.CreateAsync(configure: options => options.ProbeTimeout = TimeSpan.FromSeconds(2));
        var gate = test.Two.GoSilent();

        await test.PumpUntil(() => test.Server("two").State == ReplicaSetServerState.Unreachable, TimeSpan.FromMilliseconds(100));

        Assert.Contains("ProbeTimeout", test.Server("two").Reason, StringComparison.Ordinal);

        // The time of the test may have run ahead of the probe of the other replica.
        await test.PumpUntil(() => test.Server("three").State == ReplicaSetServerState.Serving, TimeSpan.FromMilliseconds(100));
        Assert.Equal("three 4", await test.ReadAsync(4));
        gate.Release();
    }

    [Fact]
    public async Task Callers_pass_a_silent_host_by_long_before_it_is_found_out()
    {
        await using var test = await TestSet.CreateAsync(
            configure: options =>
            {
                options.ProbeInterval = TimeSpan.FromHours(1);
                options.MaxLag = Timeout.InfiniteTimeSpan;
            },
            pools: options =>
            {
                options.MinSize = 2;
                options.MaxSize = 2;
            });
        var gate = test.Two.GoSilent();

        // Two callers are on the silent host, and do not come back.
        using var one = await test.Server("two").Pool.RentAsync(Stop);
        using var two = await test.Server("two").Pool.RentAsync(Stop);
        for (var i = 0; i < 1000; i++)
        {
            var rent = test.Set.RentReadAsync(Stop).AsTask();
            Assert.True(rent.IsCompletedSuccessfully);
            using var lease = await rent;
            Assert.Equal("three", test.NameOf(lease));
        }

        Assert.Equal(0, test.Server("two").Pool.GetStatistics().Counts.Waiting);
        gate.Release();
    }

    [Fact]
    public async Task A_driver_that_ignores_its_timeout_is_left_behind_and_the_probes_go_on()
    {
        await using var test = await CreateSilencedAsync();
        var gate = new StubGate();
        test.Two.Script.Always(StubCall.Status, StubStep.Hang(gate, honoursCancellation: false));
        await test.PumpUntil(() => test.Server("two").State == ReplicaSetServerState.Unreachable, TimeSpan.FromMilliseconds(100));

        test.Two.Revive();
        await test.PumpUntil(() => test.Server("two").State == ReplicaSetServerState.Serving, TimeSpan.FromMilliseconds(100));

        gate.Release();
    }

    [Fact]
    public async Task A_driver_that_blocks_a_cancel_does_not_keep_a_probe_from_failing_in_time()
    {
        await using var test = await CreateSilencedAsync();
        var gate = new StubGate();
        test.Two.Script.Always(StubCall.Status, StubStep.HangInCancelToo(gate));
        var found = Task.Run(() => test.PumpUntil(() => test.Server("two").State == ReplicaSetServerState.Unreachable, TimeSpan.FromMilliseconds(100)), Stop);
        await found.Soon();

        gate.Release();
    }

    [Fact]
    public async Task Holders_on_a_lost_host_get_an_exception_if_configured()
    {
        await using var test = await CreateSilencedAsync(static options => options.RevokeLeasesAfter = TimeSpan.FromSeconds(5));
        await using var read = await test.Set.OpenReadConnectionAsync(Stop);
        var session = read.Unwrap<StubConnection>().Session!;
        var gate = test.Two.GoSilent();
        await using var command = read.CreateCommand();
        command.CommandText = "SELECT 1";
        var executed = test.Two.Database.Calls(StubCall.Execute).Started;
        var reading = Patience.OnOwnThread(command.ExecuteScalar);
        await test.Two.Database.CallStarted(StubCall.Execute, executed + 1).Soon();

        await test.PumpUntil(() => test.Server("two").State == ReplicaSetServerState.Unreachable, TimeSpan.FromMilliseconds(100));
        Assert.Equal(0, test.Server("two").Pool.GetStatistics().LeasesRevoked);
        await test.PumpUntil(() => test.Server("two").Pool.GetStatistics().LeasesRevoked == 1, TimeSpan.FromMilliseconds(100));

        Assert.Equal(System.Data.ConnectionState.Broken, read.State);

        // The revocation is counted before the session is ended, which is what the holder's call fails with.
        await Patience.SoonAsync(() => session.HasEnded);
        gate.Release();
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => reading.Soon());
    }

    [Fact]
    public async Task The_first_reads_wait_for_the_first_probes_and_no_longer()
    {
        await using var test = TestSet.Start(replicas: 2);
        using var read = await test.Set.RentReadAsync(Stop).Soon();
        using var write = await test.Set.RentWriteAsync(Stop).Soon();

        Assert.NotSame(test.Server("one").Pool, read.Pool);
        Assert.Equal("one", test.NameOf(write));
    }

    [Fact]
    public async Task A_set_without_reachable_servers_throws_for_readers()
    {
        await using var test = await TestSet.CreateAsync();
        foreach (var stub in test.Stubs)
        {
            stub.Die();
        }

        await test.ProbeAsync(2);

        var refusal = await Assert.ThrowsAsync<ReplicasUnavailableException>(async () => await test.Set.RentReadAsync(Stop));
        foreach (var stub in test.Stubs)
        {
            Assert.Contains($"{stub.Name}: Unreachable", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Callers_that_fail_at_a_server_do_not_flood_it_with_probes()
    {
        await using var test = await TestSet.CreateAsync(
            replicas: 1,
            configure: options => options.ProbeInterval = TimeSpan.FromSeconds(10),
            pools: options =>
            {
                options.MinSize = 0;
                options.CircuitBreaker = null;
            });
        test.Server("two").Pool.Clear();
        await test.PumpUntil(() => test.Server("two").Pool.GetStatistics().Counts.Total == 0, TimeSpan.FromTicks(1));
        test.Two.Script.Always(StubCall.Open, StubStep.Fail());
        var before = test.Set.GetStatistics().Servers[1].Probes;

        Assert.Equal("one 200", await test.ReadAsync(200));

        Assert.InRange(test.Set.GetStatistics().Servers[1].Probes - before, 0, 2);
    }

    /// <summary>A set with a replica whose probes fail a second after it went silent.</summary>
    private static Task<TestSet> CreateSilencedAsync(Action<ReplicaSetOptions>? configure = null) => TestSet.CreateAsync(
        replicas: 1,
        configure: options =>
        {
            options.ProbeTimeout = TimeSpan.FromSeconds(1);
            configure?.Invoke(options);
        });
}
