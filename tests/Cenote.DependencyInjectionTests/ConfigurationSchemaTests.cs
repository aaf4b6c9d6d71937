using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cenote.DependencyInjection;
using Cenote.ReadReplicas.Options;
using Json.Schema;
using Microsoft.Extensions.Configuration;

namespace Cenote.DependencyInjectionTests;

/// <summary>
/// The JSON schema by which editors complete the section <c>Cenote</c> says the same as the code that reads it.
/// </summary>
public sealed partial class ConfigurationSchemaTests
{
    private static readonly string s_root = FindRoot();
    private static readonly JsonElement s_document = Parse(File.ReadAllText(Path.Combine(s_root, "src/Cenote.DependencyInjection/ConfigurationSchema.json")));
    private static readonly ReplicaSetOptions s_plain = new();
    private static readonly JsonSchema s_schema = JsonSchema.FromText(s_document.GetRawText());

    public static TheoryData<string, string> Durations()
    {
        var data = new TheoryData<string, string>();
        foreach (var text in (string[])["00:00:05", "0:0:5", "00:00:01.250", "1.00:00:00", "12:34:56.1234567", "30", "00:30", "5s", "", "-00:00:05", "5", "infinite", "INFINITE", "PT5S"])
        {
            data.Add("AcquireTimeout", text);
            data.Add("MaxIdleTime", text);
            data.Add("QueryTimeout", text);
        }

        return data;
    }

    [Fact]
    public void Schema_has_every_setting_of_a_pool_and_no_other()
    {
        var keys = Settings().Select(setting => setting.Key).Order(StringComparer.Ordinal);
        Assert.Equal(PoolSection.Keys.Order(StringComparer.Ordinal), keys, StringComparer.Ordinal);
    }

    [Fact]
    public void Schema_has_every_setting_of_a_replica_set_and_no_other_with_its_default()
    {
        var settings = s_document.GetProperty("$defs").GetProperty("replicaSet").GetProperty("properties").EnumerateObject().ToList();
        Assert.Equal(ReplicaSetSection.Keys.Concat(["Pools", "Servers"]).Order(StringComparer.Ordinal), settings.Select(setting => setting.Name).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(FollowedSettings.Names.Order(StringComparer.Ordinal), ReplicaSetSection.Keys.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(ReplicaSetSection.StrategyNames.Order(StringComparer.Ordinal), settings[0].Value.GetProperty("enum").EnumerateArray().Select(name => name.GetString()!).Order(StringComparer.Ordinal), StringComparer.Ordinal);

        var defaults = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Where(setting => setting.Value.TryGetProperty("default", out _)).Select(setting => KeyValuePair.Create($"Cenote:ReplicaSets:orders:{setting.Name}", (string?)setting.Value.GetProperty("default").ToString())))
            .Build();
        var configured = new ReplicaSetOptions();
        Assert.Empty(ReplicaSetSection.ReadSettings(defaults, "orders", configured));
        configured.Strategy = s_plain.Strategy;
        Assert.Empty(FollowedSettings.Apply(s_plain, configured));
    }

    [Fact]
    public void Schema_has_every_setting_of_the_host_and_no_other()
    {
        var options = typeof(PoolHostingOptions).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal);
        var keys = Cenote().GetProperty("Hosting").GetProperty("properties").EnumerateObject().Select(setting => setting.Name).Order(StringComparer.Ordinal);
        Assert.Equal(options, keys, StringComparer.Ordinal);
    }

    [Fact]
    public void Every_setting_is_described() =>
        Assert.All(Settings(), setting => Assert.True(setting.Schema.TryGetProperty("description", out var text) && text.GetString()!.EndsWith('.'), setting.Key));

    [Fact]
    public async Task Defaults_of_the_schema_are_those_of_a_pool()
    {
        var defaults = Settings().Where(setting => setting.Schema.TryGetProperty("default", out _)).ToList();
        Assert.NotEmpty(defaults);
        var options = Read([.. defaults.Where(setting => !setting.Key.Contains(':', StringComparison.Ordinal) || setting.Key.StartsWith("CircuitBreaker", StringComparison.Ordinal))
            .Select(setting => (setting.Key, setting.Schema.GetProperty("default").ToString()))]);

        await using var plain = new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions());
        await using var configured = new ConnectionPool(new StubProvider(new StubDatabase()), options);

        Assert.Equal(Values(plain), Values(configured), StringComparer.Ordinal);

        static IEnumerable<string> Values(ConnectionPool pool) => pool.GetSettings().Select(setting => $"{setting.Name}={setting.Value}");
    }

    [Fact]
    public void Schema_and_reader_name_the_same_choices()
    {
        foreach (var (key, schema) in Settings())
        {
            if (typeof(ConnectionPoolOptions).GetProperty(key) is not { } property || (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) is not { IsEnum: true } type)
            {
                continue;
            }

            var choices = schema.GetProperty("enum").EnumerateArray().Select(choice => choice.GetString()).Where(choice => !string.IsNullOrEmpty(choice));
            Assert.Equal(Enum.GetNames(type), choices, StringComparer.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Durations))]
    public async Task Schema_and_reader_accept_the_same_times(string key, string text)
    {
        var isValid = IsValid($$"""{ "Cenote": { "Pools": { "orders": { "{{key}}": "{{text}}" } } } }""");
        if (isValid)
        {
            await using var pool = Open();
        }
        else
        {
            Assert.Contains(key, Assert.Single(Assert.Throws<PoolOptionsException>(Open).Problems), StringComparison.Ordinal);
        }

        ConnectionPool Open() => new(new StubProvider(new StubDatabase()), Read((key, text)));
    }

    [Theory]
    [InlineData("""{ "Cenote": { "Pool": { } } }""")]
    [InlineData("""{ "Cenote": { "Pools": { "orders": { "MaxSizes": 3 } } } }""")]
    [InlineData("""{ "Cenote": { "Pools": { "orders": { "CircuitBreaker": { "Failures": 3 } } } } }""")]
    [InlineData("""{ "Cenote": { "ReplicaSets": { "orders": { "MaxLags": "00:00:01" } } } }""")]
    [InlineData("""{ "Cenote": { "ReplicaSets": { "orders": { "Servers": { "db1": { "Role": "Leader" } } } } } }""")]
    [InlineData("""{ "Cenote": { "ReplicaSets": { "orders": { "Servers": { "db1": { "Pool": { "MaxSizes": 3 } } } } } } }""")]
    [InlineData("""{ "Cenote": { "Hosting": { "DrainTime": "00:00:01" } } }""")]
    public void Typing_mistakes_are_found(string text) => Assert.False(IsValid(text));

    [Fact]
    public void Sample_and_the_examples_of_the_pages_are_valid()
    {
        var examples = Directory.EnumerateFiles(Path.Combine(s_root, "docs"), "*.md", SearchOption.AllDirectories)
            .SelectMany(page => JsonBlock().Matches(File.ReadAllText(page)).Select(block => block.Groups["json"].Value))
            .Where(json => json.Contains("\"Cenote\"", StringComparison.Ordinal))
            .Append(File.ReadAllText(Path.Combine(s_root, "samples/WebApi/appsettings.json")))
            .ToList();

        Assert.True(examples.Count > 1);
        Assert.All(examples, example => Assert.True(IsValid(example), example));
    }

    private static bool IsValid(string json) => s_schema.Evaluate(Parse(json)).IsValid;

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static JsonElement Cenote() => s_document.GetProperty("properties").GetProperty("Cenote").GetProperty("properties");

    /// <summary>Every setting, by the key that the reader knows it under.</summary>
    private static IEnumerable<(string Key, JsonElement Schema)> Settings() =>
        Below(s_document.GetProperty("$defs").GetProperty("pool"), "");

    private static IEnumerable<(string Key, JsonElement Schema)> Below(JsonElement section, string prefix)
    {
        foreach (var property in section.GetProperty("properties").EnumerateObject())
        {
            yield return (prefix + property.Name, property.Value);
            var parts = property.Value.TryGetProperty("anyOf", out var choices) ? choices.EnumerateArray().ToArray() : [property.Value];
            foreach (var part in parts.Where(part => part.TryGetProperty("properties", out _)))
            {
                foreach (var setting in Below(part, $"{prefix}{property.Name}:"))
                {
                    yield return setting;
                }
            }
        }
    }

    private static ConnectionPoolOptions Read(params (string Key, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create("Cenote:Pools:orders:" + setting.Key, setting.Value)))
            .Build();
        var options = new ConnectionPoolOptions();
        PoolSection.Read(configuration, PoolKeys.OfPool("orders"), options, static name => new ConnectionBudget(name, 10));
        return options;
    }

    private static string FindRoot([CallerFilePath] string callerFilePath = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(callerFilePath)!, "../.."));

    [GeneratedRegex(@"^```json\n(?<json>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex JsonBlock();
}
