namespace Cenote.ReadReplicasTests;

/// <summary>Settings that cannot work, and whose the pools are.</summary>
public sealed class SettingsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_problem_is_named_at_once()
    {
        var builder = Valid().Configure(options =>
        {
            options.Name = "";
            options.AcquireTimeout = TimeSpan.Zero;
            options.PrimaryTimeout = TimeSpan.FromSeconds(-1);
            options.CausalReadTimeout = TimeSpan.FromHours(1);
            options.ProbeInterval = TimeSpan.Zero;
            options.ProbeTimeout = TimeSpan.Zero;
            options.SlowStartDuration = TimeSpan.FromDays(1);
            options.FailureThreshold = 0;
            options.RecoveryThreshold = 0;
            options.MaxReadsOnPrimary = -1;
            options.RevokeLeasesAfter = TimeSpan.FromSeconds(-2);
            options.MaxLag = TimeSpan.FromDays(2);
            options.TokenSigningKeys = [new byte[15]];
            options.Strategy = null!;
            options.TimeProvider = null!;
        });

        var refusal = Assert.Throws<ReplicaSetOptionsException>(() => builder.Build());

        foreach (var name in (string[])["Name", "AcquireTimeout", "PrimaryTimeout", "CausalReadTimeout", "ProbeInterval", "ProbeTimeout", "SlowStartDuration", "FailureThreshold", "RecoveryThreshold",
            "MaxReadsOnPrimary", "RevokeLeasesAfter", "MaxLag", "TokenSigningKeys", "Strategy", "TimeProvider"])
        {
            Assert.Contains(refusal.Problems, problem => problem.StartsWith(name, StringComparison.Ordinal));
        }

        Assert.Equal(15, refusal.Problems.Count);
    }

    [Fact]
    public void No_setting_is_forgotten_when_they_are_copied()
    {
        var options = new ReplicaSetOptions();
        var copied = typeof(ReplicaSetOptions).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal);
        var source = new ReplicaSetOptions
        {
            Name = "other",
            Strategy = ReplicaStrategy.Random(),
            AcquireTimeout = TimeSpan.FromSeconds(1),
            PrimaryTimeout = TimeSpan.FromSeconds(2),
            CausalReadTimeout = TimeSpan.FromSeconds(3),
            ProbeInterval = TimeSpan.FromSeconds(4),
            ProbeTimeout = TimeSpan.FromSeconds(5),
            FailureThreshold = 6,
            RecoveryThreshold = 7,
            SlowStartDuration = TimeSpan.FromSeconds(8),
            MaxLag = TimeSpan.FromSeconds(9),
            MaxReadsOnPrimary = 10,
            RevokeLeasesAfter = TimeSpan.FromSeconds(11),
            TokenSigningKeys = [new byte[32]],
            TimeProvider = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(),
            LoggerFactory = Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
        };
        var copy = new ReplicaSetOptions(source);

        var differing = typeof(ReplicaSetOptions).GetProperties()
            .Where(property => !Equals(property.GetValue(options), property.GetValue(copy)))
            .Select(property => property.Name).Order(StringComparer.Ordinal);
        Assert.Equal(copied, differing);
    }

    [Fact]
    public void A_set_has_one_primary_servers_of_one_kind_and_names_of_their_own()
    {
        var shared = new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions { MinSize = 0 });
        using var ofShared = shared;
        var builder = new ReplicaSetBuilder("set")
            .AddReplica("a", shared)
            .AddReplica("a", shared, weight: 0)
            .AddReplica("", pool => pool.UseSqlite("Data Source=x;Mode=Memory;Cache=Shared"));

        var refusal = Assert.Throws<ReplicaSetOptionsException>(() => builder.Build());

        Assert.Contains("0 servers are declared as primary", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Several servers are named 'a'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("serves several servers", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("different drivers", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("weight of server 'a' is 0", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("name of a server has 0 characters", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(PoolState.Running, shared.GetStatistics().State);
    }

    [Fact]
    public async Task A_running_set_follows_changed_settings()
    {
        await using var test = await TestSet.CreateAsync(replicas: 1);
        test.Two.Die();
        await test.ProbeAsync(2);
        await (await test.Set.RentReadAsync(Stop)).DisposeAsync();

        var waiting = test.Set.Reconfigure(new ReplicaSetOptions
        {
            Name = "other",
            MaxReadsOnPrimary = 0,
            TimeProvider = test.Time,
            TokenSigningKeys = [new byte[16]],
        });

        await Assert.ThrowsAsync<ReplicasUnavailableException>(async () => await test.Set.RentReadAsync(Stop));
        Assert.Equal(["Name", "TokenSigningKeys", "LoggerFactory"], waiting);
        Assert.Equal("set", test.Set.Name);
    }

    [Fact]
    public async Task Invalid_settings_change_nothing_in_a_running_set()
    {
        await using var test = await TestSet.CreateAsync(replicas: 1);
        test.Two.Die();
        await test.ProbeAsync(2);

        var refusal = Assert.Throws<ReplicaSetOptionsException>(() => test.Set.Reconfigure(new ReplicaSetOptions { MaxReadsOnPrimary = 0, FailureThreshold = 0 }));

        Assert.StartsWith("FailureThreshold is 0", Assert.Single(refusal.Problems), StringComparison.Ordinal);
        await (await test.Set.RentReadAsync(Stop)).DisposeAsync();
    }

    [Fact]
    public async Task Pools_of_all_servers_begin_with_what_they_have_in_common()
    {
        await using var set = new ReplicaSetBuilder("set")
            .ConfigurePools(static pool => pool.UseProvider(new StubProvider(new StubDatabase())).WithSize(0, 7))
            .AddPrimary("one")
            .AddReplica("two", static pool => pool.WithSize(0, 3), weight: 2)
            .Build();

        Assert.Equal(["set/one 7", "set/two 3"], [.. set.Servers.Select(static server => FormattableString.Invariant($"{server.Pool.Name} {server.Pool.GetStatistics().MaxSize}"))]);
    }

    [Fact]
    public void A_pool_that_cannot_be_constructed_leaves_none_behind()
    {
        var first = new StubProvider(new StubDatabase());
        var builder = new ReplicaSetBuilder("set")
            .AddPrimary("one", pool => pool.UseProvider(first))
            .AddReplica("two", pool => pool.UseProvider(new StubProvider(new StubDatabase())).WithSize(5, 2));

        var problems = Assert.Throws<ReplicaSetOptionsException>(() => builder.Build()).Problems;

        Assert.StartsWith("Server 'two': MinSize is 5", Assert.Single(problems), StringComparison.Ordinal);
        Assert.Equal(1, first.Disposals);
    }

    [Fact]
    public async Task A_set_closes_the_pools_that_it_made_and_no_others()
    {
        var database = new StubDatabase();
        var own = new StubProvider(database);
        await using var given = new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions { MinSize = 0 });
        var set = new ReplicaSetBuilder("set").AddPrimary("own", pool => pool.UseProvider(own)).AddReplica("given", given).Build();

        await set.DisposeAsync();
        await set.DisposeAsync();

        // An open that was under way when the pool closed holds its provider for a moment longer.
        await database.When(() => own.Disposals == 1).Soon();
        Assert.Equal(PoolState.Running, given.GetStatistics().State);
        await Assert.ThrowsAsync<ReplicaSetClosedException>(() => set.ProbeAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_builder_builds_one_set()
    {
        var builder = Valid();
        using var set = builder.Build();

        Assert.Throws<InvalidOperationException>(() => builder.Build());
    }

    private static ReplicaSetBuilder Valid() => new ReplicaSetBuilder("set").AddPrimary("one", pool => pool.UseProvider(new StubProvider(new StubDatabase())));
}
