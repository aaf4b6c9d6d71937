using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace Cenote.DependencyInjectionTests;

/// <summary>Nothing below <c>Cenote</c> is ignored: what is not known is named, with the key that was meant.</summary>
public sealed class StrangeKeysTests
{
    [Theory]
    [InlineData("Cenote:Pool:shop:MaxSize", "5", "Cenote:Pool is not a section of Cenote. Did you mean Cenote:Pools?")]
    [InlineData("cenote:pol:shop:MaxSize", "5", "is not a section of Cenote. Did you mean Cenote:Pools?")]
    [InlineData("Cenote:Hostin:DrainTimeout", "0:10:0", "Cenote:Hostin is not a section of Cenote. Did you mean Cenote:Hosting?")]
    [InlineData("Cenote:shop:MaxSize", "5", "Cenote:shop is not a section of Cenote. It is a pool: move it to Cenote:Pools:shop.")]
    [InlineData("Cenote:MaxSize", "5", "Cenote:MaxSize is not a section of Cenote. It is a setting of a pool: move it to Cenote:Pools:shop:MaxSize.")]
    [InlineData("Cenote:Pools:MaxSize", "5", "Cenote:Pools:MaxSize is a setting of a pool outside a pool's section. Move it to Cenote:Pools:NAME:MaxSize")]
    [InlineData("Cenote:Pools:shop:MaxSizes", "5", "Cenote:Pools:shop:MaxSizes is not a setting of a pool. Did you mean MaxSize?")]
    [InlineData("Cenote:Pools:shop:maxsiez", "5", "is not a setting of a pool. Did you mean MaxSize?")]
    [InlineData("Cenote:Pools:shop:CircuitBreaker:FailureToOpen", "5", "Did you mean CircuitBreaker:FailureThreshold?")]
    [InlineData("Cenote:Pools:shop:MaxSize:0", "5", "Did you mean MaxSize?")]
    [InlineData("Cenote", "shop", "Cenote is a text.")]
    [InlineData("Cenote:Pools", "shop", "Cenote:Pools is a text. It must be a section with a section for each pool.")]
    [InlineData("cenote:pools", "shop", "is a text. It must be a section with a section for each pool.")]
    [InlineData("Cenote:Hosting", "00:00:15", "Cenote:Hosting is a text. It must be a section with settings.")]
    public async Task A_key_that_is_not_known_is_named_with_the_one_that_was_meant(string key, string value, string expected)
    {
        await using var services = Containers.New((key, value)).AddConnectionPool("shop", pool => pool.UseStub()).BuildServiceProvider();

        var exception = Assert.Throws<PoolOptionsException>(() => services.GetRequiredKeyedService<ConnectionPool>("shop"));

        Assert.Contains(exception.Problems, problem => problem.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_stranger_is_in_one_exception_and_no_value_is()
    {
        await using var services = Containers
            .New(("Cenote:Pool:shop:MaxSize", "hunter2"), ("Cenote:Secret", "hunter2"), ("Cenote:Pools:shop:Passwrd", "hunter2"), ("Cenote:Pools:MinSize", "hunter2"))
            .AddConnectionPool("shop", pool => pool.UseStub()).BuildServiceProvider();

        var exception = Assert.Throws<PoolOptionsException>(() => services.GetRequiredKeyedService<ConnectionPool>("shop"));

        Assert.Equal(4, exception.Problems.Count);
        Assert.DoesNotContain("hunter2", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_section_of_an_unknown_pool_is_a_warning_with_the_likely_name()
    {
        await using var services = Containers.New(("Cenote:Pools:shpo:MaxSize", "5")).AddConnectionPool("shop", pool => pool.UseStub()).BuildServiceProvider();

        services.GetRequiredKeyedService<ConnectionPool>("shop");

        Assert.Contains(services.Logs(), record => record.Id.Id == 73 && record.Message.Contains("Did you mean shop?", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stranger_that_comes_with_a_reload_is_refused_and_the_settings_stay()
    {
        var source = new MemoryConfigurationSource { InitialData = [new("Cenote:Pools:shop:MaxSize", "5")] };
        IConfigurationRoot configuration = new ConfigurationBuilder().Add(source).Build();
        await using var services = Containers.New(configuration).AddConnectionPool("shop", pool => pool.UseStub()).BuildServiceProvider();
        var pool = services.GetRequiredKeyedService<ConnectionPool>("shop");

        configuration["Cenote:Pools:shop:MaxSize"] = "7";
        configuration["Cenote:Pool:shop:MaxSize"] = "9";
        configuration.Reload();

        Assert.Contains(services.Logs(), record => record.Id.Id == 70 && record.Message.Contains("Did you mean Cenote:Pools?", StringComparison.Ordinal));
        Assert.Equal(5, pool.GetStatistics().MaxSize);
    }
}
