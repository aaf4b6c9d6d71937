namespace Cenote.Tests;

public sealed class ConnectionPoolOptionsTests
{
    public static TheoryData<string, Action<ConnectionPoolOptions>> OutOfRange => new()
    {
        { "Name", options => options.Name = "" },
        { "Name", options => options.Name = new string('x', 201) },
        { "Name", options => options.Name = "a\nb" },
        { "MinSize", options => options.MinSize = -1 },
        { "MinSize", options => options.MinSize = 11 },
        { "MinSize", options => (options.MinSize, options.MaxSize) = (2, 1) },
        { "MaxSize", options => (options.MinSize, options.MaxSize) = (0, 0) },
        { "MaxSize", options => options.MaxSize = 0 },
        { "MaxSize", options => options.MaxSize = 10_001 },
        { "AcquireTimeout", options => options.AcquireTimeout = TimeSpan.Zero },
        { "AcquireTimeout", options => options.AcquireTimeout = TimeSpan.FromDays(1.1) },
        { "MaxIdleTime", options => options.MaxIdleTime = TimeSpan.FromMilliseconds(999) },
        { "MaxIdleTime", options => options.MaxIdleTime = TimeSpan.FromDays(31) },
        { "MaxLifetime", options => options.MaxLifetime = TimeSpan.FromMilliseconds(999) },
        { "MaxLifetime", options => options.MaxLifetime = TimeSpan.FromDays(31) },
        { "ValidationInterval", options => options.ValidationInterval = TimeSpan.FromMilliseconds(999) },
        { "ValidationInterval", options => options.ValidationInterval = TimeSpan.FromDays(1.1) },
        { "ValidationTimeout", options => options.ValidationTimeout = TimeSpan.Zero },
        { "ValidationTimeout", options => options.ValidationTimeout = TimeSpan.FromMinutes(11) },
        { "ConnectTimeout", options => options.ConnectTimeout = TimeSpan.Zero },
        { "ConnectTimeout", options => options.ConnectTimeout = TimeSpan.FromMinutes(11) },
        { "MaxOpenRetries", options => options.MaxOpenRetries = -1 },
        { "MaxOpenRetries", options => options.MaxOpenRetries = 101 },
        { "OpenRetryBaseDelay", options => options.OpenRetryBaseDelay = TimeSpan.FromTicks(-1) },
        { "OpenRetryBaseDelay", options => options.OpenRetryBaseDelay = TimeSpan.FromSeconds(31) },
        { "OpenRetryMaxDelay", options => options.OpenRetryMaxDelay = TimeSpan.FromDays(2) },
        { "MaxConcurrentOpens", options => options.MaxConcurrentOpens = 0 },
        { "MaxConcurrentOpens", options => options.MaxConcurrentOpens = 1001 },
        { "StartupMode", options => options.StartupMode = (StartupMode)9 },
        { "ResetMode", options => options.ResetMode = (ResetMode)9 },
        { "SessionReset", options => options.SessionReset = (SessionReset)9 },
        { "TimeProvider", options => options.TimeProvider = null! },
    };

    public static TheoryData<Action<ConnectionPoolOptions>> AtTheEdge => new()
    {
        options => options.Name = "x",
        options => options.Name = new string('x', 200),
        options => options.MinSize = 0,
        options => (options.MinSize, options.MaxSize) = (1, 1),
        options => options.MaxSize = 1,
        options => options.MaxSize = 10_000,
        options => options.AcquireTimeout = TimeSpan.FromMilliseconds(1),
        options => options.AcquireTimeout = TimeSpan.FromDays(1),
        options => options.MaxIdleTime = TimeSpan.FromSeconds(1),
        options => options.MaxIdleTime = Timeout.InfiniteTimeSpan,
        options => options.MaxLifetime = TimeSpan.FromDays(30),
        options => options.MaxLifetime = Timeout.InfiniteTimeSpan,
        options => options.ValidationInterval = Timeout.InfiniteTimeSpan,
        options => options.ValidationTimeout = TimeSpan.FromMinutes(10),
        options => options.ConnectTimeout = TimeSpan.FromMilliseconds(1),
        options => options.MaxOpenRetries = 100,
        options => (options.OpenRetryBaseDelay, options.OpenRetryMaxDelay) = (TimeSpan.Zero, TimeSpan.Zero),
        options => options.MaxConcurrentOpens = 1000,
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void A_setting_out_of_its_range_is_refused_by_name(string setting, Action<ConnectionPoolOptions> spoil)
    {
        var database = new StubDatabase();
        var options = new ConnectionPoolOptions();
        spoil(options);

        var exception = Assert.Throws<PoolOptionsException>(() => new ConnectionPool(new StubProvider(database), options));

        Assert.Contains(exception.Problems, problem => problem.Contains(setting, StringComparison.Ordinal));
        Assert.Equal(0, database.Calls(StubCall.Open).Started);
    }

    [Theory]
    [MemberData(nameof(AtTheEdge))]
    public async Task A_setting_at_the_edge_of_its_range_is_accepted(Action<ConnectionPoolOptions> set)
    {
        var options = new ConnectionPoolOptions();
        set(options);

        await using var pool = new ConnectionPool(new StubProvider(new StubDatabase()), options);

        Assert.NotNull(pool.Name);
    }

    [Fact]
    public void Every_problem_is_named_in_one_exception_those_of_the_provider_too()
    {
        var provider = new StubProvider(new StubDatabase()) { Problems = ["Pooling is on. Switch it off."] };

        var exception = Assert.Throws<PoolOptionsException>(() => new ConnectionPool(provider, new ConnectionPoolOptions
        {
            MaxSize = -5,
            AcquireTimeout = TimeSpan.FromDays(3),
            MaxOpenRetries = -1,
        }));

        Assert.True(exception.Problems.Count >= 4, exception.Message);
        Assert.Contains("Pooling is on. Switch it off.", exception.Problems, StringComparer.Ordinal);
        Assert.All(exception.Problems, problem => Assert.Contains(problem, exception.Message, StringComparison.Ordinal));
        Assert.Contains("-5", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    public async Task The_default_minimum_is_never_above_the_maximum(int maxSize, int minSize)
    {
        await using var pool = new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions { MaxSize = maxSize });
        await using var built = new ConnectionPoolBuilder().UseProvider(new StubProvider(new StubDatabase())).Configure(options => options.MaxSize = maxSize).Build();
        await using var copied = new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions(new ConnectionPoolOptions { MaxSize = 1 }) { MaxSize = maxSize });

        foreach (var each in new[] { pool, built, copied })
        {
            var statistics = each.GetStatistics();
            Assert.Equal((minSize, maxSize), (statistics.MinSize, statistics.MaxSize));
            var described = each.GetSettings().Single(setting => setting.Name == "MinSize");
            Assert.Equal((described.Value, described.Default), ($"{minSize}", $"{minSize}"));
        }
    }

    [Fact]
    public void A_maximum_that_is_refused_is_the_only_problem()
    {
        var exception = Assert.Throws<PoolOptionsException>(() => new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions { MaxSize = 0 }));

        Assert.StartsWith("MaxSize is 0.", Assert.Single(exception.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_minimum_that_was_set_is_not_lowered_when_options_are_copied()
    {
        var copy = new ConnectionPoolOptions(new ConnectionPoolOptions { MinSize = 2 }) { MaxSize = 1 };

        var exception = Assert.Throws<PoolOptionsException>(() => new ConnectionPool(new StubProvider(new StubDatabase()), copy));

        Assert.StartsWith("MinSize is 2, larger than MaxSize, which is 1.", Assert.Single(exception.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Later_changes_to_the_options_have_no_effect()
    {
        var options = new ConnectionPoolOptions { MinSize = 1, MaxSize = 3 };
        await using var pool = new ConnectionPool(new StubProvider(new StubDatabase()), options);

        options.MaxSize = 50;

        Assert.Equal(3, pool.GetStatistics().Counts.Limit);
    }
}
