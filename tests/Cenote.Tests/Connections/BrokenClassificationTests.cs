using System.Data.Common;

namespace Cenote.Tests.Connections;

public sealed class BrokenClassificationTests
{
    [Fact]
    public async Task A_classification_that_throws_does_not_keep_the_failure_from_callers()
    {
        var provider = new AdoNetProvider(
            new UnreachableFactory(), "Data Source=nowhere", new AdoNetProviderOptions { FailureClassifier = _ => throw new InvalidCastException("not one of mine") });
        await using var pool = new ConnectionPool(
            provider, new ConnectionPoolOptions { MinSize = 0, MaxOpenRetries = 0, CircuitBreaker = null, ResetMode = ResetMode.None });

        for (var i = 0; i < 10; i++)
        {
            await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.RentAsync().Soon());
        }

        Assert.Equal(0, pool.GetStatistics().Counts.Opening);
    }

    private sealed class UnreachableFactory : DbProviderFactory
    {
        public override DbConnection CreateConnection() => throw new InvalidOperationException("no answer");
    }
}
