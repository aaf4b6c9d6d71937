using System.Text.Json;

namespace Cenote.TelemetryTests.Documentation;

/// <summary>The Grafana dashboard of the docs asks for what there is.</summary>
public sealed class DashboardTests(ToldFixture told) : IClassFixture<ToldFixture>
{
    private const string File = "docs/grafana/cenote-dashboard.json";

    [Fact]
    public void Every_panel_asks_for_metrics_and_labels_of_a_real_scrape()
    {
        using var dashboard = JsonDocument.Parse(Repository.Read(File));
        var queries = QueriesOf(dashboard).ToList();

        Assert.NotEmpty(queries);
        Assert.All(queries, query => QueryCheck.Check(query, told.Scrape));
    }

    [Fact]
    public void Every_variable_asks_for_a_label_of_a_real_scrape()
    {
        using var dashboard = JsonDocument.Parse(Repository.Read(File));
        var variables = dashboard.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray()
            .Where(static variable => variable.GetProperty("type").GetString() == "query")
            .ToDictionary(static variable => variable.GetProperty("name").GetString()!, static variable => variable.GetProperty("definition").GetString()!);

        Assert.Equal(["instance", "pool", "set"], variables.Keys.Order());
        foreach (var definition in variables.Values)
        {
            // label_values(metric, label)
            var parts = definition.Split('(', ',', ')');
            QueryCheck.Check($"sum by ({parts[2].Trim()}) ({parts[1]})", told.Scrape);
        }
    }

    [Fact]
    public void Panels_have_numbers_places_and_titles_of_their_own()
    {
        using var dashboard = JsonDocument.Parse(Repository.Read(File));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();

        Assert.Equal(panels.Count, panels.Select(static panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.Equal(panels.Count, panels.Select(static panel => panel.GetProperty("title").GetString()).Distinct().Count());
        Assert.Equal(panels.Count, panels.Select(static panel => panel.GetProperty("gridPos")).Select(static place => (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32())).Distinct().Count());
        Assert.All(panels, panel => Assert.InRange(panel.GetProperty("gridPos").GetProperty("x").GetInt32() + panel.GetProperty("gridPos").GetProperty("w").GetInt32(), 1, 24));
    }

    [Fact]
    public async Task Prometheus_understands_every_query()
    {
        using var dashboard = JsonDocument.Parse(Repository.Read(File));
        var queries = QueriesOf(dashboard).Select(static query => query
            .Replace("$__rate_interval", "5m", StringComparison.Ordinal)
            .Replace("$pool", ".*", StringComparison.Ordinal)
            .Replace("$set", ".*", StringComparison.Ordinal)
            .Replace("$instance", ".*", StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(queries, static query => query.Contains('$', StringComparison.Ordinal));

        // promtool reads rules, and JSON is YAML.
        var rules = new { groups = new[] { new { name = "dashboard", rules = queries.Select(static (query, index) => new { record = $"panel:{index}", expr = query }) } } };
        var path = Path.Combine(AppContext.BaseDirectory, $"dashboard-{Guid.NewGuid():N}.yml");
        await System.IO.File.WriteAllTextAsync(path, JsonSerializer.Serialize(rules));
        try
        {
            Assert.Contains($"{queries.Count} rules found", await Promtool.RunAsync("check", "rules", path), StringComparison.Ordinal);
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }

    private static IEnumerable<string> QueriesOf(JsonDocument dashboard) =>
        from panel in dashboard.RootElement.GetProperty("panels").EnumerateArray()
        where panel.TryGetProperty("targets", out _)
        from target in panel.GetProperty("targets").EnumerateArray()
        select target.GetProperty("expr").GetString()!;
}
