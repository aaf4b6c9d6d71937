using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Cenote.DependencyInjection;

/// <summary>
/// The section <c>Cenote:Pools:NAME</c>. It is read key by key, because a binder stops at the first text that it cannot
/// convert, and converts 30 to thirty days. Every problem is recorded with its path, its value and its fix.
/// </summary>
internal static class PoolSection
{
    private const string Root = $"{ConfigurationKeys.Root}:{ConfigurationKeys.Pools}";

    private const string Budget = nameof(ConnectionPoolOptions.Budget);

    private static readonly FrozenDictionary<string, Action<ConnectionPoolOptions, SettingText>> Settings =
        SettingTable.Rows.Where(static row => row.Parse is not null).ToFrozenDictionary(static row => row.Key, static row => row.Parse!, StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the allowed keys of a section.</summary>
    internal static IEnumerable<string> Keys => Settings.Keys.Append(Budget);

    /// <summary>Applies the configuration of a pool to options, and adds its problems to them.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="keys">Where the settings are.</param>
    /// <param name="options">The options of the code, to which the values are applied.</param>
    /// <param name="findBudget">Returns the budget of a name, or throws a <see cref="FormatException"/>.</param>
    internal static void Read(IConfiguration configuration, PoolKeys keys, ConnectionPoolOptions options, Func<string, ConnectionBudget> findBudget)
    {
        foreach (var problem in ConfigurationKeys.FindUnknownKeys(configuration, keys))
        {
            options.AddProblem(problem);
        }

        foreach (var section in keys.Sections)
        {
            Read(configuration.GetSection(section), keys, options, findBudget);
        }
    }

    private static void Read(IConfigurationSection section, PoolKeys keys, ConnectionPoolOptions options, Func<string, ConnectionBudget> findBudget)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            options.AddProblem($"{section.Path} is a text. It must be a section with settings.");
        }

        var entries = section.AsEnumerable(makePathsRelative: true)
            .Where(entry => entry.Key.Length > 0)
            .Where(entry => entry.Value is not null || !section.GetSection(entry.Key).GetChildren().Any());

        // Deeper keys first, so that "CircuitBreaker": false, for example in the environment, replaces details
        // elsewhere.
        var lanesOfCode = options.Lanes?.Count ?? 0;
        foreach (var (key, value) in entries.OrderByDescending(static entry => entry.Key.Count(static character => character == ':')).ThenBy(static entry => entry.Key, StringComparer.OrdinalIgnoreCase))
        {
            var text = new SettingText($"{section.Path}:{key}", value);
            try
            {
                if (key.Equals(Budget, StringComparison.OrdinalIgnoreCase))
                {
                    options.Budget = text.IsNone ? null : findBudget(text.TextOrNull()!);
                }
                else if (Settings.TryGetValue(key, out var set))
                {
                    set(options, text);
                }
                else if (!LaneSection.TrySet(options, key, text))
                {
                    options.AddProblem(DescribeUnknownKey(text.Path, key, keys));
                }
            }
            catch (FormatException exception)
            {
                options.AddProblem(exception.Message);
            }
        }

        LaneSection.Sort(options, lanesOfCode);
    }

    /// <summary>
    /// Logs sections without a registered pool: a typing mistake, unless they belong to another program.
    /// </summary>
    internal static void WarnOfUnknownPools(IConfiguration configuration, IReadOnlyCollection<string> poolNames, ILogger logger)
    {
        foreach (var section in configuration.GetSection(Root).GetChildren())
        {
            if (!poolNames.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            {
                ConfigurationLog.SectionWithoutPool(logger, section.Path, string.Join(", ", poolNames), ConfigurationKeys.Suggest(section.Key, poolNames));
            }
        }
    }

    // Its value is not shown, because it may be a misplaced secret.
    private static string DescribeUnknownKey(string path, string key, PoolKeys keys) =>
        SettingTable.Rows.Any(row => row.Parse is null && row.Key.Equals(key.Split(':')[0], StringComparison.OrdinalIgnoreCase)) ? $"{path} can only be set in code, where the pool is registered. Remove it."
        : key.Contains("connectionstring", StringComparison.OrdinalIgnoreCase) ? $"{path} is not a setting of a pool. Connection strings are in {keys.ConnectionString}."
        : $"{path} is not a setting of a pool.{ConfigurationKeys.Suggest(key, Keys)} The settings are {string.Join(", ", Keys.Order(StringComparer.Ordinal))}.";
}
