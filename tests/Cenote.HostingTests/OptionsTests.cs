using Cenote.StubDriver;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Cenote.HostingTests;

public sealed class OptionsTests
{
    [Fact]
    public async Task Every_problem_is_named_before_anything_starts()
    {
        await using var app = Create(options =>
        {
            options.WarmUpTimeout = TimeSpan.Zero;
            options.DrainTimeout = TimeSpan.FromDays(1);
            options.WarmUpTargets["orders"] = -1;
            options.DatabaseUnavailableBehavior = (DatabaseUnavailableBehavior)7;
        });

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => app.App.StartAsync().Soon());

        Assert.Equal(
            [
                "WarmUpTimeout is 0 s. It must be 1 ms to 1 h.",
                "DrainTimeout is 1 d. It must be 0 s to 1 h.",
                "WarmUpTargets['orders'] is -1. It must be 0 to the maximum size of the pool.",
                "DatabaseUnavailableBehavior is 7. It must be one of StartNotReady, FailFast.",
            ],
            [.. exception.Failures]);
        Assert.Empty(app.Registry.Pools);
    }

    [Fact]
    public async Task The_start_fails_and_names_every_invalid_pool_and_unreachable_target()
    {
        await using var app = Create(options => (options.WarmUpTargets["orders"], options.WarmUpTargets["ordres"]) = (5, 1));
        app.Registry.Register("broken", name => new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions { Name = name, MaxSize = 0 }));

        var exception = await Assert.ThrowsAsync<PoolWarmUpException>(() => app.App.StartAsync().Soon());

        Assert.Collection(
            exception.Failures,
            failure => Assert.IsType<PoolOptionsException>(failure.Exception),
            failure => Assert.Equal("WarmUpTargets['orders'] is 5, and the size of the pool is 4. Lower the one or raise the other.", failure.Description),
            failure => Assert.Equal("WarmUpTargets names it, but it is not registered. Registered: 'broken', 'orders'.", failure.Description));
    }

    [Fact]
    public async Task What_cannot_be_read_of_the_configuration_is_named_with_everything_else()
    {
        await using var app = HostedApp.Create(
            () => new StubProvider(new StubDatabase()),
            hosting: options => options.WarmUpTimeout = TimeSpan.FromHours(2),
            services: services => services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Cenote:Hosting:DrainTimeout"] = "30",
                ["Cenote:Hosting:DatabaseUnavailableBehavior"] = "Panic",
                ["Cenote:Hosting:WarmUpTargets:orders"] = "many",
                ["Cenote:Hosting:WarmupTime"] = "00:00:20",
                ["Cenote:Hosting:WarmUpTimeout"] = "00:30",
            }).Build()));

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => app.App.StartAsync().Soon());

        Assert.Equal(
            [
                "Cenote:Hosting:DatabaseUnavailableBehavior is 'Panic'. It must be one of StartNotReady, FailFast.",
                "Cenote:Hosting:DrainTimeout is '30'. It must be a time, hours:minutes:seconds, such as 00:00:30 or 00:00:00.250, or days first, such as 1.00:00:00.",
                "Cenote:Hosting:WarmUpTargets:orders is 'many'. It must be a whole number, such as 20.",
                "Cenote:Hosting:WarmupTime is not a setting. The settings are DrainTimeout, WarmUpTargets, WarmUpTimeout, DatabaseUnavailableBehavior.",
                "Cenote:Hosting:WarmUpTimeout is '00:30'. It must be a time, hours:minutes:seconds, such as 00:00:30 or 00:00:00.250, or days first, such as 1.00:00:00.",
                "WarmUpTimeout is 2 h. It must be 1 ms to 1 h.",
            ],
            [.. exception.Failures]);
    }

    [Theory]
    [InlineData("Cenote:Hosting", "Cenote:Hosting is a text. It must be a section with settings.")]
    [InlineData("Cenote:Hosting:WarmUpTargets", "Cenote:Hosting:WarmUpTargets is a text. It must be a section with a number for each pool.")]
    public async Task A_text_in_place_of_a_section_is_a_problem_and_is_not_shown(string key, string expected)
    {
        await using var app = HostedApp.Create(
            () => new StubProvider(new StubDatabase()),
            services: services => services.AddSingleton<IConfiguration>(
                new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { [key] = "orders" }).Build()));

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => app.App.StartAsync().Soon());

        Assert.Equal([expected], [.. exception.Failures]);
    }

    [Fact]
    public async Task The_section_of_the_configuration_comes_after_the_code()
    {
        await using var app = HostedApp.Create(
            () => new StubProvider(new StubDatabase()),
            hosting: options => (options.DrainTimeout, options.WarmUpTimeout) = (TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(8)),
            services: services => services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Cenote:Hosting:WarmUpTimeout"] = "00:00:20",
                ["Cenote:Hosting:DatabaseUnavailableBehavior"] = "FailFast",
                ["Cenote:Hosting:WarmUpTargets:orders"] = "3",
            }).Build()));

        var options = app.App.Services.GetRequiredService<IOptions<PoolHostingOptions>>().Value;

        Assert.Equal(TimeSpan.FromSeconds(20), options.WarmUpTimeout);
        Assert.Equal(TimeSpan.FromSeconds(7), options.DrainTimeout);
        Assert.Equal(DatabaseUnavailableBehavior.FailFast, options.DatabaseUnavailableBehavior);
        Assert.Equal(3, options.WarmUpTargets["orders"]);
    }

    [Fact]
    public void Adding_it_twice_is_adding_it_once()
    {
        var services = new ServiceCollection();

        services.AddConnectionPoolHosting().AddConnectionPoolHosting(options => options.DrainTimeout = TimeSpan.Zero);

        Assert.Single(services, service => service.ServiceType == typeof(IHostedService));
    }

    [Fact]
    public async Task Without_a_registry_the_start_throws_with_what_is_missing()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddConnectionPoolHosting();
        using var host = builder.Build();

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync().Soon());

        Assert.Contains("services.AddConnectionPool(", exception.Message, StringComparison.Ordinal);
    }

    private static HostedApp Create(Action<PoolHostingOptions> hosting) => HostedApp.Create(() => new StubProvider(new StubDatabase()), hosting: hosting);
}
