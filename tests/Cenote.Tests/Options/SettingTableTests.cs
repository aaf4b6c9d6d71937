using System.Reflection;
using Cenote.Shared;

namespace Cenote.Tests.Options;

public sealed class SettingTableTests
{
    /// <summary>The options types that are groups of settings.</summary>
    private static readonly Type[] s_sections = [typeof(CircuitBreakerOptions), typeof(LoadSheddingOptions), typeof(StatementStatisticsOptions), typeof(LeakDetectionOptions), typeof(WhenDirtyOptions)];

    [Fact]
    public void Every_public_property_of_the_options_has_one_row()
    {
        var properties = typeof(ConnectionPoolOptions).GetProperties().SelectMany(property =>
            s_sections.Contains(property.PropertyType)
                ? property.PropertyType.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(part => $"{property.Name}.{part.Name}").Prepend(property.Name)
                : [property.Name]);

        Assert.Equal(properties.Order(StringComparer.Ordinal), SettingTable.Rows.Select(row => row.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Sections_are_the_properties_that_are_groups() =>
        Assert.Equal(
            typeof(ConnectionPoolOptions).GetProperties().Where(property => s_sections.Contains(property.PropertyType)).Select(property => property.Name).Order(StringComparer.Ordinal),
            SettingTable.Rows.Where(row => row.IsSection).Select(row => row.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_row_explains_its_setting_in_one_sentence() =>
        Assert.All(SettingTable.Rows, row => Assert.EndsWith(".", row.Meaning, StringComparison.Ordinal));

    [Fact]
    public void Rows_that_a_text_can_set_accept_their_own_value()
    {
        var options = new ConnectionPoolOptions { LoadShedding = new LoadSheddingOptions(), StatementStatistics = new StatementStatisticsOptions() };
        foreach (var row in SettingTable.Rows.Where(row => row is { Parse: not null, IsSection: false }))
        {
            var value = row.Get(options);
            var copy = new ConnectionPoolOptions(options);

            row.Parse!(copy, new SettingText(row.Key, value is TimeSpan time ? time.ToString("c") : value?.ToString()));

            Assert.True(row.IsSame(options, copy), row.Name);
        }
    }

    [Fact]
    public void Durations_in_problems_have_their_units()
    {
        var refusal = Assert.Throws<PoolOptionsException>(() => new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions
        {
            OpenRetryBaseDelay = TimeSpan.FromMinutes(1),
            CircuitBreaker = new CircuitBreakerOptions { BreakDuration = TimeSpan.FromSeconds(1) },
        }));

        Assert.Equal(
            [
                "OpenRetryBaseDelay is 1 min, longer than OpenRetryMaxDelay, which is 30 s. Shorten OpenRetryBaseDelay or lengthen OpenRetryMaxDelay.",
                "CircuitBreaker.BreakDuration is 1 s, longer than MaxBreakDuration, which is 750 ms. Shorten CircuitBreaker.BreakDuration or lengthen MaxBreakDuration.",
            ],
            refusal.Problems);
    }
}
