using Npgsql;

namespace Cenote.SharedBudgetTests;

public sealed class OptionsTests
{
    [Fact]
    public async Task One_exception_lists_every_problem()
    {
        var options = new SharedBudgetOptions { MaxConnections = 0, Instances = 0, GuaranteedConnections = 1, TimeToLive = TimeSpan.Zero, RenewalInterval = TimeSpan.FromMinutes(1) };

        var exception = await Assert.ThrowsAsync<ArgumentException>(() => SharedConnectionBudget.StartAsync(options, TestContext.Current.CancellationToken));

        foreach (var setting in (string[])["Name", "MaxConnections", "Instances", "GuaranteedConnections", "TimeToLive", "RenewalInterval", "Database"])
        {
            Assert.Contains(setting + " ", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Guaranteed_connections_that_do_not_fit_are_rejected()
    {
        var options = new SharedBudgetOptions { Name = "b", MaxConnections = 8, Instances = 4, GuaranteedConnections = 2, Database = BudgetDatabase.PostgreSql(NpgsqlFactory.Instance, "Host=localhost") };

        var exception = await Assert.ThrowsAsync<ArgumentException>(() => SharedConnectionBudget.StartAsync(options, TestContext.Current.CancellationToken));

        Assert.Contains("4 instances with 2 guaranteed connections each, and one for an instance that starts, do not fit", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_string_that_cannot_be_read_is_not_quoted()
    {
        var options = new SharedBudgetOptions { Name = "b", MaxConnections = 80, Instances = 4, Database = BudgetDatabase.PostgreSql(NpgsqlFactory.Instance, "Hots=localhost;Password=hush") };

        var exception = await Assert.ThrowsAsync<ArgumentException>(() => SharedConnectionBudget.StartAsync(options, TestContext.Current.CancellationToken));

        Assert.DoesNotContain("hush", exception.ToString(), StringComparison.Ordinal);
    }
}
