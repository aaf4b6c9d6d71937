using Cenote.Shop.Arguments;
using Cenote.Shop.Database;
using Cenote.Shop.Instances;

namespace Cenote.SharedBudgetTests.Lab;

/// <summary><c>./run --instances</c> on a real PostgreSQL.</summary>
[Collection(nameof(RunsAlone))]
public sealed class InstancesRunTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_run_shows_processes_that_share_a_budget()
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);

        var exitCode = await InstancesRun.RunAsync(
            new RunOptions
            {
                Duration = TimeSpan.FromSeconds(5),
                Clients = 1,
                Pools = null!,
                Provider = ShopProvider.PostgreSql,
                Connection = RealServers.PostgreSqlOrdinary,
                Instances = 2,
                Seed = 1,
                Size = ShopSize.Default,
            },
            text,
            TimeProvider.System);

        output.WriteLine(text.ToString());
        Assert.Equal(0, exitCode);
        Assert.Contains("2 processes share 12 connections through the database.", text.ToString(), StringComparison.Ordinal);
        Assert.Contains(" of 12 in ", text.ToString(), StringComparison.Ordinal);
    }
}
