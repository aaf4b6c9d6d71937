using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Data.SqlClient;
using MySqlConnector;

namespace Cenote.ProviderTests;

/// <summary>
/// docs/migrating.md names every setting of the drivers' pools, with the default that the driver has.
/// </summary>
public sealed partial class MigratingPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs/migrating.md"));

    public static TheoryData<Type, string> Builders() => new()
    {
        { typeof(NpgsqlConnectionStringBuilder), "## From Npgsql's pool" },
        { typeof(MySqlConnectionStringBuilder), "## From MySqlConnector's pool" },
        { typeof(SqlConnectionStringBuilder), "## From SqlClient's pool" },
    };

    [Theory]
    [MemberData(nameof(Builders))]
    public void Every_setting_that_touches_pooling_has_a_row_with_the_driver_s_default(Type builder, string heading)
    {
        var settings = SettingsOf((DbConnectionStringBuilder)Activator.CreateInstance(builder)!).Where(setting => TouchesPooling().IsMatch(setting.Key)).ToList();
        Assert.InRange(settings.Count, 15, 40);
        var rows = RowsOf(heading);
        Assert.Equal(
            settings.Select(setting => setting.Key + " = " + setting.Value).Order(StringComparer.Ordinal),
            rows.Select(row => row.Setting + " = " + row.Default).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("## From Npgsql's pool")]
    [InlineData("## From MySqlConnector's pool")]
    [InlineData("## From SqlClient's pool")]
    [InlineData("## From HikariCP")]
    public void What_stands_for_a_setting_is_a_setting_of_ours(string heading)
    {
        var names = RowsOf(heading).SelectMany(row => Name().Matches(row.Ours).Select(match => match.Groups["name"].Value)).ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.NotNull(typeof(ConnectionPoolOptions).GetProperty(name)));
    }

    private static Dictionary<string, string> SettingsOf(DbConnectionStringBuilder builder) => builder.GetType()
        .GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(property => property.GetIndexParameters().Length == 0 && property.GetCustomAttribute<DisplayNameAttribute>() is not null)
        .ToDictionary(property => property.GetCustomAttribute<DisplayNameAttribute>()!.DisplayName, property => Text(property.GetValue(builder)), StringComparer.Ordinal);

    private static string Text(object? value) => value switch
    {
        null or "" => "none",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static List<(string Setting, string Default, string Ours)> RowsOf(string heading)
    {
        var start = Page.IndexOf(heading + "\n", StringComparison.Ordinal);
        Assert.True(start >= 0, heading);
        var end = Page.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        var section = end < 0 ? Page[start..] : Page[start..end];
        return [.. Row().Matches(section).Select(row => (row.Groups["setting"].Value.Trim('`'), row.Groups["default"].Value, row.Groups["ours"].Value))];
    }

    [GeneratedRegex("Pool|Lifetime|Idle|Prun|Timeout|Keep ?alive|Reset|Enlist|Multiplexing|Load Balanc|Retry|Recheck|Prepare|DNS|Redirection|Target Session|Failover Partner$|Persist|Subnet|Result Sets|Intent", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex TouchesPooling();

    [GeneratedRegex(@"^\| (?<setting>`[^|]+`) \| (?<default>[^|]+) \| (?<ours>[^|]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<name>[A-Za-z]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Name();
}
