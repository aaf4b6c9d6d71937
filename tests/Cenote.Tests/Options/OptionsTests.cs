namespace Cenote.Tests.Options;

public sealed class OptionsTests
{
    public static TheoryData<string, Action<ConnectionPoolOptions>> Wrong() => new()
    {
        { "MinSize", options => options.MinSize = -1 },
        { "MinSize", options => options.MinSize = 11 },
        { "MaxSize", options => (options.MinSize, options.MaxSize) = (0, 0) },
        { "MaxSize", options => options.MaxSize = 10_001 },
        { "AcquireTimeout", options => options.AcquireTimeout = TimeSpan.Zero },
        { "AcquireTimeout", options => options.AcquireTimeout = Timeout.InfiniteTimeSpan },
        { "MaxIdleTime", options => options.MaxIdleTime = TimeSpan.Zero },
        { "MaxLifetime", options => options.MaxLifetime = TimeSpan.FromDays(31) },
        { "ValidationInterval", options => options.ValidationInterval = TimeSpan.FromMilliseconds(1) },
        { "ValidationTimeout", options => options.ValidationTimeout = TimeSpan.Zero },
        { "ConnectTimeout", options => options.ConnectTimeout = TimeSpan.FromHours(1) },
        { "MaxOpenRetries", options => options.MaxOpenRetries = -1 },
        { "OpenRetryBaseDelay", options => options.OpenRetryBaseDelay = TimeSpan.FromMinutes(1) },
        { "OpenRetryMaxDelay", options => options.OpenRetryMaxDelay = TimeSpan.FromSeconds(-1) },
        { "MaxConcurrentOpens", options => options.MaxConcurrentOpens = 0 },
        { "QueryTimeout", options => options.QueryTimeout = TimeSpan.Zero },
        { "QueryTimeout", options => options.QueryTimeout = TimeSpan.FromDays(2) },
        { "StartupMode", options => options.StartupMode = (StartupMode)7 },
        { "ResetMode", options => options.ResetMode = (ResetMode)7 },
        { "SessionReset", options => options.SessionReset = (SessionReset)7 },
        { "AmbientTransactionBehavior", options => options.AmbientTransactionBehavior = (AmbientTransactionBehavior)7 },
        { "NestedRentBehavior", options => options.NestedRentBehavior = (NestedRentBehavior)7 },
        { "LeakDetection", options => options.LeakDetection = null! },
        { "LeakDetection.Threshold", options => options.LeakDetection.Threshold = TimeSpan.FromMilliseconds(999) },
        { "LeakDetection.RevokeAfter", options => options.LeakDetection.RevokeAfter = TimeSpan.FromDays(2) },
        { "LeakDetection.RevokeAfter", options => (options.LeakDetection.Threshold, options.LeakDetection.RevokeAfter) = (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2)) },
        { "LeakDetection.StackSamplingInterval", options => options.LeakDetection.StackSamplingInterval = -1 },
        { "TimeProvider", options => options.TimeProvider = null! },
        { "Name", options => options.Name = "" },
        { "Name", options => options.Name = "two\nlines" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_setting_out_of_its_range_is_refused_by_name(string setting, Action<ConnectionPoolOptions> spoil)
    {
        ArgumentNullException.ThrowIfNull(spoil);
        var options = new ConnectionPoolOptions();
        spoil(options);

        var refusal = Assert.Throws<PoolOptionsException>(() => new ConnectionPool(new StubProvider(new StubDatabase()), options));

        Assert.Contains(refusal.Problems, problem => problem.StartsWith(setting, StringComparison.Ordinal));
        Assert.Contains(setting, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_come_in_one_exception_those_of_the_provider_included()
    {
        var options = new ConnectionPoolOptions { MinSize = 20, MaxOpenRetries = 101, AcquireTimeout = TimeSpan.Zero };
        var provider = new StubProvider(new StubDatabase()) { Problems = ["The stub is out of order."] };

        var refusal = Assert.Throws<PoolOptionsException>(() => new ConnectionPool(provider, options));

        Assert.Equal(4, refusal.Problems.Count);
        Assert.All(refusal.Problems, problem => Assert.Contains(problem, refusal.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_defaults_are_accepted_and_later_changes_have_no_effect()
    {
        var options = new ConnectionPoolOptions();
        await using var pool = new ConnectionPool(new StubProvider(new StubDatabase()), options);
        options.MaxSize = 1;

        Assert.Equal(10, pool.GetStatistics().Counts.Limit);
        Assert.Equal("stub/stub", pool.Name);
    }

    [Fact]
    public async Task A_call_refuses_an_acquire_timeout_out_of_range()
    {
        await using var test = TestPool.Create();

        Assert.Throws<ArgumentOutOfRangeException>(() => test.Pool.Rent(TimeSpan.Zero));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await test.Pool.RentAsync(TimeSpan.FromDays(2)));
    }

    [Fact]
    public async Task The_builder_is_the_same_in_fluent_words()
    {
        var builder = new ConnectionPoolBuilder().UseProvider(new StubProvider(new StubDatabase())).WithName("fluent").WithSize(0, 3)
            .WithAcquireTimeout(TimeSpan.FromSeconds(2)).WithResetMode(ResetMode.None);
        await using var pool = builder.Build();

        Assert.Equal("fluent", pool.Name);
        Assert.Equal(3, pool.GetStatistics().Counts.Limit);
        Assert.Throws<InvalidOperationException>(builder.Build);
    }

    [Fact]
    public void A_builder_without_a_connection_string_throws_with_the_possible_sources()
    {
        var builder = new ConnectionPoolBuilder().WithConnectionString(" ").WithName("orders");

        var refusal = Assert.Throws<InvalidOperationException>(builder.GetConnectionString);

        Assert.Contains("'orders'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings:orders", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("Host=db", new ConnectionPoolBuilder().WithConnectionString("Host=db").GetConnectionString());
    }

    [Fact]
    public void A_copy_has_every_setting_and_a_life_of_its_own()
    {
        var options = new ConnectionPoolOptions();
        foreach (var property in typeof(ConnectionPoolOptions).GetProperties())
        {
            OtherValues.Spoil(options, property);
        }

        var copy = new ConnectionPoolOptions(options);

        foreach (var property in typeof(ConnectionPoolOptions).GetProperties())
        {
            var (original, copied) = (property.GetValue(options), property.GetValue(copy));
            if (original is CircuitBreakerOptions or LoadSheddingOptions or LeakDetectionOptions or StatementStatisticsOptions or WhenDirtyOptions or IReadOnlyList<LaneOptions>)
            {
                Assert.Equivalent(original, copied, strict: true);
                Assert.NotSame(original, copied);
            }
            else
            {
                Assert.Equal(original, copied);
            }
        }
    }

    [Fact]
    public void Problems_noted_while_options_were_read_are_named_beside_the_others()
    {
        var options = new ConnectionPoolOptions { MaxSize = 0 };
        options.AddProblem("MinSize is 'two'.");

        var refusal = Assert.Throws<PoolOptionsException>(() => new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions(options)));

        Assert.Contains(refusal.Problems, problem => problem == "MinSize is 'two'.");
        Assert.Contains(refusal.Problems, problem => problem.StartsWith("MaxSize is 0", StringComparison.Ordinal));
    }
}
