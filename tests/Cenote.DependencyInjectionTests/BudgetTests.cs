using Microsoft.Extensions.Configuration;

namespace Cenote.DependencyInjectionTests;

/// <summary>Budgets of connections, of the code and of the configuration.</summary>
public sealed class BudgetTests
{
    [Fact]
    public async Task Pools_share_a_budget_of_the_configuration()
    {
        var services = Containers.New(
            ("Cenote:Budgets:server:MaxConnections", "12"),
            ("Cenote:Pools:orders:Budget", "server"),
            ("Cenote:Pools:orders:GuaranteedSize", "5"),
            ("Cenote:Pools:billing:Budget", "server"));
        services.AddConnectionPool("orders", pool => pool.UseStub());
        services.AddConnectionPool("billing", pool => pool.UseStub());
        await using var provider = services.BuildServiceProvider();
        var (orders, billing) = (provider.GetRequiredKeyedService<ConnectionPool>("orders"), provider.GetRequiredKeyedService<ConnectionPool>("billing"));

        Assert.Same(orders.Budget, billing.Budget);
        Assert.Equal((12, 5, 2), (orders.Budget!.MaxConnections, orders.Budget.GetStatistics().GuaranteedConnections, orders.Budget.GetStatistics().Pools));
        Assert.Equal("server", orders.GetSettings().Single(setting => setting.Name == "Budget").Value);
        Assert.Equal("server", Assert.Single(provider.GetRequiredService<PoolRegistry>().GetBudgets()).Name);
    }

    [Fact]
    public async Task A_budget_of_the_code_is_a_keyed_service_and_the_configuration_wins()
    {
        var services = Containers.New(("Cenote:Budgets:server:MaxConnections", "30"));
        services.AddConnectionBudget("server", 12).AddConnectionBudget("other", 3);
        services.AddConnectionPool("orders", (provider, pool) => pool.UseStub().WithBudget(provider.GetRequiredKeyedService<ConnectionBudget>("server")));
        await using var provider = services.BuildServiceProvider();

        Assert.Same(provider.GetRequiredKeyedService<ConnectionBudget>("server"), provider.GetRequiredKeyedService<ConnectionPool>("orders").Budget);
        Assert.Equal((30, 3), (provider.GetRequiredKeyedService<ConnectionBudget>("server").MaxConnections, provider.GetRequiredKeyedService<ConnectionBudget>("other").MaxConnections));
        Assert.Throws<ArgumentException>(() => services.AddConnectionBudget("Server", 1));
    }

    [Fact]
    public async Task A_budget_that_exists_is_not_changed_by_the_configuration()
    {
        var budget = new ConnectionBudget("server", 12);
        var services = Containers.New(("Cenote:Budgets:server:MaxConnections", "30"), ("Cenote:Pools:orders:Budget", "Server"));
        services.AddConnectionBudget(budget).AddConnectionPool("orders", pool => pool.UseStub());
        await using var provider = services.BuildServiceProvider();

        Assert.Same(budget, provider.GetRequiredKeyedService<ConnectionPool>("orders").Budget);
        Assert.Same(budget, provider.GetRequiredKeyedService<ConnectionBudget>("server"));
        Assert.Equal(12, budget.MaxConnections);
        Assert.Throws<ArgumentException>(() => services.AddConnectionBudget(budget));
    }

    [Fact]
    public async Task A_reload_resizes_the_budget_and_an_invalid_one_changes_nothing()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            [new("Cenote:Budgets:server:MaxConnections", "12"), new("Cenote:Pools:orders:Budget", "server"), new("Cenote:Pools:orders:GuaranteedSize", "5")]).Build();
        var services = Containers.New(configuration);
        services.AddConnectionPool("orders", pool => pool.UseStub());
        await using var provider = services.BuildServiceProvider();
        var budget = provider.GetRequiredKeyedService<ConnectionPool>("orders").Budget!;

        Set("20");
        Assert.Equal(20, budget.MaxConnections);
        foreach (var invalid in new[] { "many", "0", "4" })
        {
            Set(invalid);
            Assert.Equal(20, budget.MaxConnections);
        }

        Assert.Equal(3, provider.Logs().Count(static record => record.Id.Id == 74));

        void Set(string size)
        {
            configuration["Cenote:Budgets:server:MaxConnections"] = size;
            configuration.Reload();
        }
    }

    [Theory]
    [InlineData("smaller", 8, 4, 4)]
    [InlineData("larger", 20, 10, 10)]
    [InlineData("one way", 12, 10, 2)]
    [InlineData("the other way", 12, 2, 10)]
    public async Task A_reload_that_fits_as_a_whole_is_applied_as_a_whole(string how, int budget, int orders, int billing)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            [new("Cenote:Pools:orders:Budget", "server"), new("Cenote:Pools:billing:Budget", "server")]).Build();
        Set(12, 6, 6);
        var services = Containers.New(configuration);
        services.AddConnectionPool("orders", pool => pool.UseStub());
        services.AddConnectionPool("billing", pool => pool.UseStub());
        await using var provider = services.BuildServiceProvider();
        var shared = provider.GetRequiredKeyedService<ConnectionPool>("orders").Budget!;
        Assert.Same(shared, provider.GetRequiredKeyedService<ConnectionPool>("billing").Budget);

        Set(budget, orders, billing);
        configuration.Reload();
        Assert.Equal((how, budget), (how, shared.MaxConnections));
        Assert.Equal([billing, orders], shared.GetShares().Select(static share => share.GuaranteedSize));
        Assert.DoesNotContain(provider.Logs(), static record => record.Id.Id is 70 or 74);

        // Too much together: the budget keeps its size, and one message says so.
        Set(budget - 1, orders, billing);
        configuration.Reload();
        configuration.Reload();
        Assert.Equal(budget, shared.MaxConnections);
        Assert.Equal(74, Assert.Single(provider.Logs(), static record => record.Id.Id is 70 or 74).Id.Id);

        void Set(int maximum, int first, int second)
        {
            configuration["Cenote:Budgets:server:MaxConnections"] = $"{maximum}";
            configuration["Cenote:Pools:orders:GuaranteedSize"] = $"{first}";
            configuration["Cenote:Pools:billing:GuaranteedSize"] = $"{second}";
        }
    }

    /// <summary>The lanes of a running pool stay, and so does what they need. The rest is applied.</summary>
    [Theory]
    [InlineData("GuaranteedSize")]
    [InlineData("MinSize")]
    public async Task A_reload_that_lowers_a_reserve_keeps_its_guarantee_until_a_restart(string guarantee)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Cenote:Budgets:server:MaxConnections", "12"), new("Cenote:Pools:orders:Budget", "server")]).Build();
        Set(reserve: 3, guaranteed: 5, maxWaiters: 100);
        await using var provider = Containers.New(configuration).AddConnectionPool("orders", pool => pool.UseStub()).BuildServiceProvider();
        var pool = provider.GetRequiredKeyedService<ConnectionPool>("orders");

        for (var i = 0; i < 2; i++)
        {
            Set(reserve: 1, guaranteed: 2, maxWaiters: 50);
            configuration.Reload();
        }

        Assert.Equal(("50", "4"), (Read("MaxWaiters"), Read("GuaranteedSize")));
        Assert.Equal(4, Assert.Single(pool.Budget!.GetShares()).GuaranteedSize);
        var waiting = Assert.Single(provider.Logs(), static record => record.Id.Id is 47 or 70);
        Assert.Equal("Pool orders cannot apply these changed settings before a restart: Lanes, GuaranteedSize", waiting.Message);
        await using var restarted = Containers.New(configuration).AddConnectionPool("orders", pool => pool.UseStub()).BuildServiceProvider();
        Assert.Equal(2, Assert.Single(restarted.GetRequiredKeyedService<ConnectionPool>("orders").Budget!.GetShares()).GuaranteedSize);

        string Read(string name) => pool.GetSettings().Single(setting => setting.Name == name).Value;

        void Set(int reserve, int guaranteed, int maxWaiters)
        {
            configuration["Cenote:Pools:orders:Lanes:batch:Weight"] = "1";
            configuration["Cenote:Pools:orders:Lanes:interactive:Reserve"] = $"{reserve}";
            configuration[$"Cenote:Pools:orders:{guarantee}"] = $"{guaranteed}";
            configuration["Cenote:Pools:orders:MaxWaiters"] = $"{maxWaiters}";
        }
    }

    [Theory]
    [InlineData("Cenote:Budgets:server:MaxConnections", "many", "Cenote:Budgets:server:MaxConnections is 'many'. It must be a whole number, such as 20.")]
    [InlineData("Cenote:Budgets:server:MaxConnections", "0", "Cenote:Budgets:server:MaxConnections is 0. It must be 1 to 100,000.")]
    [InlineData("Cenote:Budgets:server:Max", "3", "Cenote:Budgets:server:Max is not a setting of a budget. The setting is MaxConnections.")]
    [InlineData("Cenote:Budgets:serve:MaxConnections", "3", "No budget is named 'server'. Did you mean serve? Set Cenote:Budgets:server:MaxConnections, or call AddConnectionBudget.")]
    public async Task A_problem_of_the_budget_is_a_problem_of_its_pool(string key, string value, string expected)
    {
        var services = Containers.New((key, value), ("Cenote:Pools:orders:Budget", "server"));
        services.AddConnectionPool("orders", pool => pool.UseStub());
        await using var provider = services.BuildServiceProvider();

        var exception = Assert.Throws<PoolOptionsException>(() => provider.GetRequiredKeyedService<ConnectionPool>("orders"));
        Assert.Equal([expected], exception.Problems);
    }
}
