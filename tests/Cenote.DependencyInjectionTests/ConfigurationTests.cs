using System.Reflection;
using Cenote.DependencyInjection;

namespace Cenote.DependencyInjectionTests;

/// <summary>What the configuration says of a pool.</summary>
public sealed class ConfigurationTests
{
    private const string Section = "Cenote:Pools:orders:";

    [Fact]
    public async Task The_connection_string_comes_from_the_configuration()
    {
        await using var services = Containers.New(("ConnectionStrings:orders", "Data Source=cenote-di;Mode=Memory;Cache=Shared"))
            .AddConnectionPool("orders", pool => pool.UseSqlite())
            .BuildServiceProvider();

        await using var connection = await services.GetRequiredService<PoolRegistry>().OpenConnectionAsync("orders");

        Assert.Contains("cenote-di", connection.Pool.ConnectionString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_configuration_wins_over_the_code_and_the_code_over_the_defaults()
    {
        await using var services = Containers.New((Section + "MaxSize", "7"))
            .AddConnectionPool("orders", pool => pool.UseStub().WithSize(1, 3))
            .BuildServiceProvider();

        var statistics = services.GetRequiredKeyedService<ConnectionPool>("orders").GetStatistics();

        Assert.Equal((1, 7), (statistics.MinSize, statistics.MaxSize));
    }

    [Fact]
    public async Task A_maximum_of_one_alone_is_accepted_and_a_minimum_above_it_refused()
    {
        await using var pool = new ConnectionPool(new StubProvider(new StubDatabase()), Read(("MaxSize", "1")));
        Assert.Equal((1, 1), (pool.GetStatistics().MinSize, pool.GetStatistics().MaxSize));

        var exception = Assert.Throws<PoolOptionsException>(() => new ConnectionPool(new StubProvider(new StubDatabase()), Read(("MaxSize", "1"), ("MinSize", "2"))));
        Assert.StartsWith("MinSize is 2, larger than MaxSize", Assert.Single(exception.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_of_setting_can_be_said()
    {
        var options = Read(
            ("minsize", "1"), ("MaxSize", "20"), ("AcquireTimeout", "00:00:05"), ("MaxIdleTime", "infinite"), ("MaxLifetime", "01:00:00"),
            ("QueryTimeout", "00:00:00.250"), ("MaxWaiters", "100"), ("StartupMode", "failfast"), ("ResetMode", "Rollback"), ("NestedRentBehavior", "Warn"), ("AmbientTransactionBehavior", "ignore"),
            ("CircuitBreaker:FailureThreshold", "5"), ("CircuitBreaker:BackoffMultiplier", "1.5"), ("LoadShedding", "true"), ("LeakDetection:Threshold", "00:01:00"));

        Assert.Equal(
            (1, 20, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan, TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(250), 100),
            (options.MinSize, options.MaxSize, options.AcquireTimeout, options.MaxIdleTime, options.MaxLifetime, options.QueryTimeout, options.MaxWaiters));
        Assert.Equal(AmbientTransactionBehavior.Ignore, options.AmbientTransactionBehavior);
        Assert.Equal((StartupMode.FailFast, ResetMode.Rollback, NestedRentBehavior.Warn), (options.StartupMode, options.ResetMode, options.NestedRentBehavior));
        Assert.Equivalent(new CircuitBreakerOptions { FailureThreshold = 5, BackoffMultiplier = 1.5 }, options.CircuitBreaker);
        Assert.Equivalent(new LoadSheddingOptions(), options.LoadShedding);
        Assert.Equal(TimeSpan.FromMinutes(1), options.LeakDetection.Threshold);
        Assert.Null(Problems(options));
    }

    [Fact]
    public void A_breaker_that_is_switched_off_stays_off_whatever_its_details_are()
    {
        Assert.Null(Read(("CircuitBreaker", "false"), ("CircuitBreaker:FailureThreshold", "5")).CircuitBreaker);
        Assert.Equal(5, Read(("CircuitBreaker", "true"), ("CircuitBreaker:FailureThreshold", "5")).CircuitBreaker!.FailureThreshold);
    }

    [Fact]
    public void Nothing_takes_an_optional_setting_away()
    {
        var options = Read(("MaxWaiters", null), ("QueryTimeout", ""));

        Assert.Null(options.MaxWaiters);
        Assert.Null(options.QueryTimeout);
        Assert.Null(Problems(options));
    }

    [Theory]
    [InlineData("MaxSize", "ten", "whole number")]
    [InlineData("MaxSize", "1.5", "whole number")]
    [InlineData("MaxSize", null, "has no value")]
    [InlineData("AcquireTimeout", "30", "00:00:30")]
    [InlineData("AcquireTimeout", "infinite", "00:00:30")]
    [InlineData("AcquireTimeout", "00:30", "hours:minutes:seconds")]
    [InlineData("AcquireTimeout", "-00:00:01", "hours:minutes:seconds")]
    [InlineData("MaxLifetime", "24:00:00", "1.00:00:00")]
    [InlineData("MaxLifetime", "1:00:00:00", "1.00:00:00")]
    [InlineData("MaxIdleTime", "600", "infinite")]
    [InlineData("ResetMode", "1", "Full, WhenDirty, Rollback, None")]
    [InlineData("ResetMode", "Everything", "Full, WhenDirty, Rollback, None")]
    [InlineData("CircuitBreaker", "off", "true, false")]
    [InlineData("CircuitBreaker", null, "true, false")]
    [InlineData("CircuitBreaker:Threshold", "5", "not a setting")]
    [InlineData("LeakDetection", "on", "section")]
    [InlineData("MaxSzie", "5", "not a setting")]
    [InlineData("MaxConnections", "5", "The settings are AcquireTimeout")]
    [InlineData("MaxSize:0", "5", "not a setting")]
    [InlineData("CredentialsProvider", "x", "only be set in code")]
    [InlineData("SizingPolicy:GrowAbove", "0.8", "only be set in code")]
    [InlineData("ConnectionString", "x", "ConnectionStrings:orders")]
    public void An_unreadable_setting_is_named_with_its_path_and_the_fix(string key, string? value, string fix)
    {
        var problem = Assert.Single(Problems(Read((key, value)))!);

        Assert.StartsWith(Section + key + " ", problem, StringComparison.Ordinal);
        Assert.Contains(fix, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00:00:05", 5)]
    [InlineData("1:2:3", 3723)]
    [InlineData("1.00:00:00", 86400)]
    [InlineData("00:00:00.25", 0.25)]
    [InlineData("1.00:00:00.5", 86400.5)]
    public void Times_are_hours_minutes_seconds_and_may_begin_with_days(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read(("MaxLifetime", text)).MaxLifetime);

    [Fact]
    public void Lanes_are_sections_by_their_names()
    {
        var options = Read(
            ("DefaultLane", "interactive"),
            ("Lanes:interactive:Weight", "8"),
            ("lanes:INTERACTIVE:reserve", "2"),
            ("Lanes:batch:MaxSize", "4"),
            ("Lanes:batch:MaxWaiters", "100"),
            ("Lanes:batch:LoadShedding:Interval", "00:00:01"),
            ("Lanes:other", null));

        Assert.Equal(
            ["batch weight 1, max size 4, max waiters 100, target delay 5 ms, interval 1 s", "interactive weight 8, reserve 2", "other weight 1"],
            options.Lanes.Select(static lane => lane.ToString()),
            StringComparer.Ordinal);
        Assert.Null(Problems(options));
    }

    [Fact]
    public void Lanes_of_code_come_before_those_of_the_configuration()
    {
        var options = new ConnectionPoolOptions { Lanes = [new() { Name = "web" }, new() { Name = "jobs" }] };

        ReadInto(options, ("Lanes:b:Weight", "1"), ("Lanes:a", null), ("Lanes:c:LoadShedding:Interval", "00:00:01"), ("Lanes:jobs:Weight", "2"));

        Assert.Equal(["web", "jobs", "a", "b", "c"], options.Lanes.Select(static lane => lane.Name), StringComparer.Ordinal);
    }

    [Fact]
    public void Mistakes_in_lanes_are_named_with_their_paths()
    {
        Assert.Equal(
            $"{Section}Lanes:batch:MaxSizes is not a setting of a lane. Did you mean MaxSize? The settings are Weight, Reserve, MaxSize, MaxWaiters, LoadShedding, LoadShedding:TargetDelay, LoadShedding:Interval.",
            Assert.Single(Problems(Read(("Lanes:batch:MaxSizes", "4")))!));
        Assert.StartsWith($"{Section}Lanes:batch:Weight is 'much'.", Assert.Single(Problems(Read(("Lanes:batch:Weight", "much")))!), StringComparison.Ordinal);
        Assert.StartsWith($"{Section}Lanes:batch is 'on'.", Assert.Single(Problems(Read(("Lanes:batch", "on")))!), StringComparison.Ordinal);
        Assert.StartsWith($"{Section}Lanes is 'batch'.", Assert.Single(Problems(Read(("Lanes", "batch")))!), StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_string_in_the_wrong_place_is_not_shown() =>
        Assert.DoesNotContain("sesame", Assert.Single(Problems(Read(("MaxSize", "Host=db;Password=sesame")))!), StringComparison.Ordinal);

    [Fact]
    public void A_text_in_place_of_the_section_is_a_problem()
    {
        using var services = Containers.New((Section.TrimEnd(':'), "20")).AddConnectionPool("orders", pool => pool.UseStub()).BuildServiceProvider();

        var refusal = Assert.Throws<PoolOptionsException>(() => services.GetRequiredKeyedService<ConnectionPool>("orders"));

        Assert.StartsWith("Cenote:Pools:orders is a text", Assert.Single(refusal.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_exception_lists_every_problem_and_shows_no_foreign_value()
    {
        await using var services = Containers.New(
                (Section + "MaxSize", "ten"), (Section + "MinSize", "-1"), (Section + "AcquireTimeout", "5"), (Section + "Password", "sesame"))
            .AddConnectionPool("orders", pool => pool.UseStub().Configure(options => options.MaxOpenRetries = 1000))
            .BuildServiceProvider();

        var refusal = Assert.Throws<PoolOptionsException>(() => services.GetRequiredKeyedService<ConnectionPool>("orders"));

        Assert.Equal(5, refusal.Problems.Count);
        Assert.DoesNotContain("sesame", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_section_without_a_pool_is_warned_of()
    {
        await using var services = Containers.New(("Cenote:Pools:ordres:MaxSize", "7"), (Section + "MaxSize", "7"))
            .AddConnectionPool("orders", pool => pool.UseStub())
            .BuildServiceProvider();

        services.GetRequiredKeyedService<ConnectionPool>("orders");

        var warning = Assert.Single(services.Logs(), record => record.Id.Id == 73);
        Assert.Contains("Cenote:Pools:ordres", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_without_a_configuration_has_pools_too()
    {
        await using var services = new ServiceCollection().AddConnectionPool(pool => pool.UseStub()).BuildServiceProvider();

        (await services.GetRequiredService<ConnectionPool>().RentAsync()).Dispose();
    }

    [Fact]
    public void No_setting_is_forgotten()
    {
        string[] codeOnly = ["Name", "CredentialsProvider", "SessionContextProvider", "FailureClassifier", "SizingPolicy", "TimeProvider", "LoggerFactory"];
        var settings = typeof(ConnectionPoolOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name);

        Assert.All(settings.Except(codeOnly, StringComparer.Ordinal), setting => Assert.Contains(setting, PoolSection.Keys, StringComparer.Ordinal));
        Assert.All(
            typeof(CircuitBreakerOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance),
            property => Assert.Contains("CircuitBreaker:" + property.Name, PoolSection.Keys, StringComparer.Ordinal));
        Assert.All(
            typeof(LeakDetectionOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance),
            property => Assert.Contains("LeakDetection:" + property.Name, PoolSection.Keys, StringComparer.Ordinal));
    }

    private static ConnectionPoolOptions Read(params (string Key, string? Value)[] entries) => ReadInto(new ConnectionPoolOptions(), entries);

    private static ConnectionPoolOptions ReadInto(ConnectionPoolOptions options, params (string Key, string? Value)[] entries)
    {
        using var services = Containers.New([.. entries.Select(entry => (Section + entry.Key, entry.Value))]).BuildServiceProvider();
        PoolSection.Read(services.GetRequiredService<Microsoft.Extensions.Configuration.IConfiguration>(), PoolKeys.OfPool("orders"), options, static name => new ConnectionBudget(name, 10));
        return options;
    }

    private static IReadOnlyList<string>? Problems(ConnectionPoolOptions options)
    {
        try
        {
            options.MinSize = 0;
            options.StartupMode = StartupMode.FillInBackground;
            new ConnectionPool(new StubProvider(new StubDatabase()), options).Dispose();
            return null;
        }
        catch (PoolOptionsException exception)
        {
            return exception.Problems;
        }
    }
}
