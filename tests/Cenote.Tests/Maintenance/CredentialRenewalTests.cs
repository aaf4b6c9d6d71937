namespace Cenote.Tests.Maintenance;

/// <summary>Credentials that expire, and the connections that were opened with them.</summary>
public sealed class CredentialRenewalTests
{
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(1000);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private int _asked;

    [Fact]
    public async Task Connections_are_replaced_before_their_credentials_expire()
    {
        await using var test = await CreateAsync(size: 4, (number, now) => new DatabaseCredentials("user", $"token{number}", now + Validity));
        await test.Pass(TimeSpan.FromSeconds(795), Tick);
        Assert.Equal(0, Closed(test));
        Assert.Equal(4, _asked);

        await test.Pass(TimeSpan.FromSeconds(180), Tick);
        await test.PassUntil(() => Closed(test) == 4 && test.Counts is { Idle: 4, Total: 4 }, Tick);
        Assert.Equal(0, test.Pool.GetStatistics().ConnectionsClosedByReason.GetValueOrDefault(CloseReason.Lifetime));
    }

    [Fact]
    public async Task Credentials_that_are_extended_replace_no_connection()
    {
        await using var test = await CreateAsync(size: 2, static (_, now) => new DatabaseCredentials("user", "token", now + Validity));
        await test.Pass(TimeSpan.FromSeconds(3000), Tick);

        Assert.Equal((0, 2), (Closed(test), test.Counts.Idle));
        Assert.InRange(_asked, 3, 12);
    }

    [Fact]
    public async Task Connections_are_kept_while_the_callback_fails_and_renewed_after()
    {
        var fails = false;
        await using var test = await CreateAsync(size: 2, (number, now) =>
            Volatile.Read(ref fails) ? throw new InvalidOperationException("vault sealed") : new DatabaseCredentials("user", $"token{number}", now + Validity));
        Volatile.Write(ref fails, true);
        await test.Pass(TimeSpan.FromSeconds(1500), Tick);
        await test.PassUntil(() => test.Pool.GetEvents().Any(static happened => happened.Kind == PoolEventKind.CredentialsNotRenewed) && Volatile.Read(ref _asked) >= 3, Tick);

        Assert.Equal((0, 2), (Closed(test), test.Counts.Idle));
        var happened = Assert.Single(test.Pool.GetEvents(), static happened => happened.Kind == PoolEventKind.CredentialsNotRenewed);
        Assert.Equal(PoolEventLevel.Warning, happened.Level);
        // With every attempt at its time some thirty, and fewer where the callback runs late.
        Assert.InRange(_asked, 3, 60);

        Volatile.Write(ref fails, false);
        await test.PassUntil(() => Closed(test) == 2 && test.Counts.Idle == 2, Tick);
    }

    [Fact]
    public async Task A_callback_that_hangs_is_given_up_and_asked_again()
    {
        var hangs = false;
        await using var test = TestPool.Create(options =>
        {
            Configure(options, size: 1);
            options.CredentialsProvider = async cancellationToken =>
            {
                var number = Interlocked.Increment(ref _asked);
                await (Volatile.Read(ref hangs) ? new TaskCompletionSource().Task : Task.CompletedTask);
                return new DatabaseCredentials("user", $"token{number}", options.TimeProvider.GetUtcNow() + Validity);
            };
        });
        (await test.Pool.RentAsync().Soon()).Dispose();
        Volatile.Write(ref hangs, true);
        await test.PassUntil(() => test.Pool.GetEvents().Any(static happened => happened.Kind == PoolEventKind.CredentialsNotRenewed), Tick);
        Assert.Equal((0, 1), (Closed(test), test.Counts.Idle));

        Volatile.Write(ref hangs, false);
        await test.PassUntil(() => Closed(test) == 1 && test.Counts.Idle == 1, Tick);
    }

    [Fact]
    public async Task Credentials_that_have_expired_already_are_used_and_reported()
    {
        await using var test = await CreateAsync(size: 2, static (_, now) => new DatabaseCredentials("user", "token", now - Tick));
        await test.PassUntil(() => test.Pool.GetEvents().Any(static happened => happened.Kind == PoolEventKind.CredentialsNotRenewed), Tick);
        await test.Pass(TimeSpan.FromSeconds(100), Tick);

        Assert.Equal((0, 2, 2), (Closed(test), test.Counts.Idle, _asked));
    }

    [Fact]
    public async Task A_lease_that_is_held_keeps_its_connection_until_it_is_returned()
    {
        await using var test = await CreateAsync(size: 1, (number, now) => new DatabaseCredentials("user", $"token{number}", now + Validity));
        var held = await test.Pool.RentAsync().Soon();
        await test.Pass(TimeSpan.FromSeconds(1200), Tick);
        held.Ask();
        held.Dispose();

        using var next = await test.Pool.RentAsync().Soon();
        Assert.False(string.Equals("token1", next.Unwrap<StubConnection>().Credentials!.Password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pools_started_together_do_not_replace_their_connections_together()
    {
        var peaks = new List<double>();
        foreach (var jitter in (double[])[0, 0.1])
        {
            var tests = new List<TestPool>();
            for (var i = 0; i < 20; i++)
            {
                tests.Add(await CreateAsync(size: 5, (number, now) => new DatabaseCredentials("user", $"token{number}", now + Validity), jitter));
            }

            // Each pool has a clock of its own, and all have run for as long. Replacements are counted by second.
            var bySecond = new Dictionary<int, long>();
            foreach (var test in tests)
            {
                await test.Pass(TimeSpan.FromSeconds(780), TimeSpan.FromSeconds(13));
                for (var second = 0; second < 140; second++)
                {
                    var before = Closed(test);
                    await test.Pass(Tick, Tick);
                    await test.When(static counts => counts is { Opening: 0, Closing: 0 });
                    bySecond[second] = bySecond.GetValueOrDefault(second) + Closed(test) - before;
                }
            }

            peaks.Add(bySecond.Values.Max());
            foreach (var test in tests)
            {
                await test.DisposeAsync();
            }
        }

        Assert.True(peaks[1] * 2 < peaks[0], $"peak of {peaks[0]} replacements a second without jitter, {peaks[1]} with");
    }

    private static long Closed(TestPool test) => test.Pool.GetStatistics().ConnectionsClosedByReason.GetValueOrDefault(CloseReason.CredentialsExpiring);

    private static void Configure(ConnectionPoolOptions options, int size) =>
        (options.MinSize, options.MaxSize, options.MaxLifetime, options.MaxIdleTime, options.ValidationInterval) =
            (size, size, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private async Task<TestPool> CreateAsync(int size, Func<int, DateTimeOffset, DatabaseCredentials> give, double jitter = 0.1)
    {
        var test = TestPool.Create(options =>
        {
            Configure(options, size);
            options.LifetimeJitter = jitter;
            options.CredentialsProvider = _ => new ValueTask<DatabaseCredentials>(give(Interlocked.Increment(ref _asked), options.TimeProvider.GetUtcNow()));
        });
        await test.When(counts => counts.Idle == size);
        return test;
    }
}
