using ClickHouse.Driver.ADO;

namespace Cenote.ProviderTests.Profiles;

/// <summary>ClickHouse.Driver, whose connections open without a server.</summary>
public sealed class ClickHouseProfileTests
{
    [Fact]
    public void A_server_that_is_not_there_is_found_at_the_start()
    {
        var provider = AdoNetProvider.For(new ClickHouseConnectionFactory(), $"Host=127.0.0.1;Port={FreePort.Take()};Username=app;Password=pw-7391");

        var failure = Assert.Throws<ConnectionOpenException>(() => new ConnectionPool(
            provider, new ConnectionPoolOptions { StartupMode = StartupMode.FailFast, MaxOpenRetries = 0 }));

        Assert.Equal(FailureKind.ConnectionLost, failure.Failure.Kind);
        Assert.DoesNotContain("pw-7391", failure.ToString(), StringComparison.Ordinal);
    }
}
