namespace Cenote.Tests.Options;

public sealed class DescribeSettingsTests
{
    [Fact]
    public async Task Every_option_is_described_and_nothing_that_is_none()
    {
        await using var pool = new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions());

        // The address is the provider's.
        var described = pool.GetSettings().Select(setting => setting.Name.Split('.')[0]).Where(name => name != "Address").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

        Assert.Equal(typeof(ConnectionPoolOptions).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal), described);
    }

    [Fact]
    public async Task A_pool_without_settings_has_the_defaults()
    {
        await using var pool = new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions());

        var changed = pool.GetSettings().Where(setting => setting.Value != setting.Default).Select(setting => setting.Name).ToList();

        // These come from the provider.
        Assert.True(changed is ["Name", "Address", "SessionReset", "AmbientTransactionBehavior"], string.Join(", ", changed));
    }

    [Fact]
    public async Task The_values_are_those_in_force_after_a_resize_and_a_reconfiguration_too()
    {
        var options = new ConnectionPoolOptions { CircuitBreaker = null, LoadShedding = new LoadSheddingOptions(), SlowAcquireThreshold = TimeSpan.FromMilliseconds(1.5) };
        await using var pool = new ConnectionPool(new StubProvider(new StubDatabase()), options);
        options.MaxIdleTime = Timeout.InfiniteTimeSpan;
        options.LeakDetection.Threshold = TimeSpan.FromMinutes(1);
        pool.Reconfigure(options);
        pool.Resize(3, 4);

        var settings = pool.GetSettings().ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal);

        Assert.Equal(("3", "4"), (settings["MinSize"], settings["MaxSize"]));
        Assert.Equal(("never", "60", "0.0015"), (settings["MaxIdleTime"], settings["LeakDetection.Threshold"], settings["SlowAcquireThreshold"]));
        Assert.Equal(("off", "0.005"), (settings["CircuitBreaker.FailureThreshold"], settings["LoadShedding.TargetDelay"]));
    }

    [Fact]
    public async Task What_can_change_is_what_a_running_pool_follows()
    {
        var before = new ConnectionPoolOptions();
        await using var pool = new ConnectionPool(new StubProvider(new StubDatabase()), before);
        var fixedNames = pool.GetSettings().Where(setting => !setting.CanChange).Select(setting => setting.Name).ToList();

        var waiting = pool.Reconfigure(new ConnectionPoolOptions(before)
        {
            AcquireTimeout = TimeSpan.FromSeconds(1),
            MaxIdleTime = TimeSpan.FromSeconds(1),
            MaxLifetime = TimeSpan.FromSeconds(1),
            ValidationInterval = TimeSpan.FromSeconds(1),
            ValidationTimeout = TimeSpan.FromSeconds(1),
            MaxWaiters = 5,
            ConnectTimeout = TimeSpan.FromSeconds(1),
            MaxOpenRetries = 1,
            MaxConcurrentOpens = 1,
            EventHistoryCapacity = 1,
        });

        Assert.Equal(4, waiting.Count);
        Assert.All(waiting, name => Assert.Contains(name, fixedNames, StringComparer.Ordinal));
        Assert.DoesNotContain("AcquireTimeout", fixedNames, StringComparer.Ordinal);
    }

    [Fact]
    public async Task What_was_set_by_code_is_named_and_never_shown()
    {
        await using var pool = new ConnectionPool(
            new StubProvider(new StubDatabase()),
            new ConnectionPoolOptions { CredentialsProvider = _ => ValueTask.FromResult(new DatabaseCredentials("root", "hunter2")) });

        var settings = pool.GetSettings();

        Assert.Equal("set", settings.Single(setting => setting.Name == "CredentialsProvider").Value);
        Assert.DoesNotContain(settings, setting => $"{setting.Value} {setting.Default} {setting.Description}".Contains("hunter2", StringComparison.Ordinal));
    }
}
