using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Cenote.DependencyInjection;

/// <summary>
/// The section <c>Cenote:Pools:NAME</c>. Read key by key instead of by a binder, which stops at the first text that it
/// cannot convert, and takes 30 for thirty days: here every problem is noted with its path, its value and the remedy.
/// </summary>
internal static class PoolSection
{
    private const string Root = $"{ConfigurationKeys.Root}:{ConfigurationKeys.Pools}";

    private static readonly FrozenDictionary<string, Action<ConnectionPoolOptions, SettingText>> Settings =
        SettingTable.Rows.Where(static row => row.Parse is not null).ToFrozenDictionary(static row => row.Key, static row => row.Parse!, StringComparer.OrdinalIgnoreCase);

    /// <summary>The keys that may be in a section.</summary>
    internal static IEnumerable<string> Keys => Settings.Keys;

    internal static string ConnectionStringKey(string poolName) => "ConnectionStrings:" + poolName;

    /// <summary>Sets what the configuration says of a pool, and notes in the options what it says wrong.</summary>
    internal static void Read(IConfiguration configuration, string poolName, ConnectionPoolOptions options)
    {
        foreach (var problem in ConfigurationKeys.FindUnknownKeys(configuration, poolName))
        {
            options.AddProblem(problem);
        }

        var section = configuration.GetSection($"{Root}:{poolName}");
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            options.AddProblem($"{section.Path} is a text. It must be a section with settings.");
        }

        var entries = section.AsEnumerable(makePathsRelative: true)
            .Where(entry => entry.Key.Length > 0)
            .Where(entry => entry.Value is not null || !section.GetSection(entry.Key).GetChildren().Any());

        // Deeper keys first: a "CircuitBreaker": false somewhere, in the environment, say, then wins over details
        // elsewhere.
        foreach (var (key, value) in entries.OrderByDescending(entry => entry.Key.Count(character => character == ':')))
        {
            var text = new SettingText($"{section.Path}:{key}", value);
            try
            {
                if (Settings.TryGetValue(key, out var set))
                {
                    set(options, text);
                }
                else
                {
                    options.AddProblem(DescribeUnknownKey(text.Path, key, poolName));
                }
            }
            catch (FormatException exception)
            {
                options.AddProblem(exception.Message);
            }
        }
    }

    /// <summary>
    /// Sections of pools that are not there: a typing mistake, unless they are meant for another program.
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

    // Its value is not shown: it may be a secret in the wrong place.
    private static string DescribeUnknownKey(string path, string key, string poolName) =>
        SettingTable.Rows.Any(row => row.Parse is null && row.Key.Equals(key.Split(':')[0], StringComparison.OrdinalIgnoreCase)) ? $"{path} can only be set in code, where the pool is registered. Remove it."
        : key.Contains("connectionstring", StringComparison.OrdinalIgnoreCase) ? $"{path} is not a setting of a pool. Connection strings are in {ConnectionStringKey(poolName)}."
        : $"{path} is not a setting of a pool.{ConfigurationKeys.Suggest(key, Settings.Keys)} The settings are {string.Join(", ", Settings.Keys.Order(StringComparer.Ordinal))}.";
}
