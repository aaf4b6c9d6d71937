using Microsoft.Extensions.Options;

namespace Cenote.DashboardTests.Access;

public sealed class StartTests
{
    [Fact]
    public async Task Mapping_without_adding_throws_with_the_method_to_call()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();

        var exception = Assert.Throws<InvalidOperationException>(() => app.MapCenoteDashboard());

        Assert.Contains("AddCenoteDashboard", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_does_not_exist_stops_the_start()
    {
        await using var site = new DashboardSite { Configure = options => options.ActionPolicy = "oprators" };

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(site.StartAsync);

        Assert.Contains("'oprators'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_that_cannot_work_stop_the_start_and_every_problem_is_named()
    {
        await using var site = new DashboardSite
        {
            Configure = options =>
            {
                options.HistoryDuration = TimeSpan.FromSeconds(59);
                options.ActionPolicy = " ";
                options.Pools.Add(null!);
            },
        };

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(site.StartAsync);

        Assert.Equal(3, exception.Failures.Count());
    }
}
