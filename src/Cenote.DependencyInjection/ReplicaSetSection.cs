using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Cenote.DependencyInjection;

/// <summary>The section <c>Cenote:ReplicaSets:NAME</c>, read key by key as <see cref="PoolSection"/> is.</summary>
internal static class ReplicaSetSection
{
    internal const string Servers = "Servers";
    internal const string Pools = "Pools";
    internal const string Pool = "Pool";
    private const string Role = "Role";
    private const string Weight = "Weight";

    private static readonly FrozenDictionary<string, Func<IReplicaStrategy>> Strategies = new Dictionary<string, Func<IReplicaStrategy>>(StringComparer.Ordinal)
    {
        [nameof(ReplicaStrategy.PowerOfTwoChoices)] = ReplicaStrategy.PowerOfTwoChoices,
        [nameof(ReplicaStrategy.LeastLoaded)] = ReplicaStrategy.LeastLoaded,
        [nameof(ReplicaStrategy.RoundRobin)] = ReplicaStrategy.RoundRobin,
        [nameof(ReplicaStrategy.Random)] = ReplicaStrategy.Random,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, Action<ReplicaSetOptions, SettingText>> Settings = new Dictionary<string, Action<ReplicaSetOptions, SettingText>>(StringComparer.Ordinal)
    {
        [nameof(ReplicaSetOptions.Strategy)] = static (options, text) => options.Strategy = Strategies[text.NameOf(Strategies.Keys)](),
        [nameof(ReplicaSetOptions.AcquireTimeout)] = static (options, text) => options.AcquireTimeout = text.Duration(),
        [nameof(ReplicaSetOptions.PrimaryTimeout)] = static (options, text) => options.PrimaryTimeout = text.Duration(),
        [nameof(ReplicaSetOptions.CausalReadTimeout)] = static (options, text) => options.CausalReadTimeout = text.Duration(),
        [nameof(ReplicaSetOptions.ProbeInterval)] = static (options, text) => options.ProbeInterval = text.Duration(),
        [nameof(ReplicaSetOptions.ProbeTimeout)] = static (options, text) => options.ProbeTimeout = text.Duration(),
        [nameof(ReplicaSetOptions.FailureThreshold)] = static (options, text) => options.FailureThreshold = text.Number(),
        [nameof(ReplicaSetOptions.RecoveryThreshold)] = static (options, text) => options.RecoveryThreshold = text.Number(),
        [nameof(ReplicaSetOptions.SlowStartDuration)] = static (options, text) => options.SlowStartDuration = text.Duration(),
        [nameof(ReplicaSetOptions.MaxLag)] = static (options, text) => options.MaxLag = text.DurationOrInfinite(),
        [nameof(ReplicaSetOptions.MaxReadsOnPrimary)] = static (options, text) => options.MaxReadsOnPrimary = text.IsNone ? null : text.Number(),
        [nameof(ReplicaSetOptions.RevokeLeasesAfter)] = static (options, text) => options.RevokeLeasesAfter = text.IsNone ? null : text.Duration(),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] CodeOnly =
        [nameof(ReplicaSetOptions.Name), nameof(ReplicaSetOptions.TokenSigningKeys), nameof(ReplicaSetOptions.TimeProvider), nameof(ReplicaSetOptions.LoggerFactory)];

    /// <summary>Gets the allowed keys of a set, without its sections.</summary>
    internal static IEnumerable<string> Keys => Settings.Keys;

    /// <summary>Gets the names of the strategies.</summary>
    internal static IEnumerable<string> StrategyNames => Strategies.Keys;

    internal static string PathOf(string setName) => $"{ConfigurationKeys.Root}:{ConfigurationKeys.ReplicaSets}:{setName}";

    /// <summary>Applies the settings of a set to options.</summary>
    /// <returns>Every problem.</returns>
    internal static IReadOnlyList<string> ReadSettings(IConfiguration configuration, string setName, ReplicaSetOptions options)
    {
        List<string> problems = [.. ConfigurationKeys.FindUnknownKeys(configuration, PoolKeys.OfServer(setName, "SERVER"))];
        var section = configuration.GetSection(PathOf(setName));
        RefuseText(section, "settings", problems);
        foreach (var child in section.GetChildren())
        {
            if (child.Key.Equals(Servers, StringComparison.OrdinalIgnoreCase))
            {
                RefuseText(child, "a section for each server", problems);
            }
            else if (child.Key.Equals(Pools, StringComparison.OrdinalIgnoreCase))
            {
                RefuseText(child, "settings of the pools", problems);
            }
            else if (Settings.TryGetValue(child.Key, out var set))
            {
                Read(child, text => set(options, text), problems);
            }
            else
            {
                problems.Add(DescribeUnknownKey(child, setName));
            }
        }

        return problems;
    }

    /// <summary>Reads the servers, which are in the order of their names.</summary>
    internal static IReadOnlyList<ConfiguredServer> ReadServers(IConfiguration configuration, string setName, List<string> problems)
    {
        List<ConfiguredServer> servers = [];
        foreach (var section in configuration.GetSection($"{PathOf(setName)}:{Servers}").GetChildren())
        {
            RefuseText(section, "settings of the server", problems);
            ServerRole? role = null;
            int? weight = null;
            foreach (var child in section.GetChildren())
            {
                if (child.Key.Equals(Role, StringComparison.OrdinalIgnoreCase))
                {
                    Read(child, text => role = text.NameOf([nameof(ServerRole.Primary), nameof(ServerRole.Replica)]) == nameof(ServerRole.Primary) ? ServerRole.Primary : ServerRole.Replica, problems);
                }
                else if (child.Key.Equals(Weight, StringComparison.OrdinalIgnoreCase))
                {
                    Read(child, text => weight = text.Number(), problems);
                }
                else if (!child.Key.Equals(Pool, StringComparison.OrdinalIgnoreCase))
                {
                    problems.Add(
                        PoolSection.Keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase)
                            ? $"{child.Path} is a setting of a pool. Move it to {section.Path}:{Pool}:{child.Key}, or for all servers to {PathOf(setName)}:{Pools}:{child.Key}."
                            : $"{child.Path} is not a setting of a server.{ConfigurationKeys.Suggest(child.Key, [Role, Weight, Pool])} The settings are {Role}, {Weight} and {Pool}.");
                }
            }

            servers.Add(new ConfiguredServer(section.Key, role, weight));
        }

        return servers;
    }

    /// <summary>
    /// Logs sections without a registered set: a typing mistake, unless they belong to another program.
    /// </summary>
    internal static void WarnOfUnknownSets(IConfiguration configuration, IReadOnlyCollection<string> setNames, ILogger logger)
    {
        foreach (var section in configuration.GetSection($"{ConfigurationKeys.Root}:{ConfigurationKeys.ReplicaSets}").GetChildren())
        {
            if (!setNames.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            {
                ConfigurationLog.SectionWithoutSet(
                    logger, section.Path, setNames.Count == 0 ? "none" : string.Join(", ", setNames), ConfigurationKeys.Suggest(section.Key, setNames));
            }
        }
    }

    private static void Read(IConfigurationSection section, Action<SettingText> read, List<string> problems)
    {
        if (section.GetChildren().Any())
        {
            problems.Add($"{section.Path} is a section. It must be one value.");
            return;
        }

        try
        {
            read(new SettingText(section.Path, section.Value));
        }
        catch (FormatException exception)
        {
            problems.Add(exception.Message);
        }
    }

    private static void RefuseText(IConfigurationSection section, string content, List<string> problems)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            // Not shown: it may be a misplaced connection string.
            problems.Add($"{section.Path} is a text. It must be a section with {content}.");
        }
    }

    // Its value is not shown, because it may be a misplaced secret.
    private static string DescribeUnknownKey(IConfigurationSection section, string setName) =>
        section.Key.Contains("connectionstring", StringComparison.OrdinalIgnoreCase) ? $"{section.Path} is not a setting of a replica set. Connection strings are in {PoolKeys.OfServer(setName, "SERVER").ConnectionString}."
        : CodeOnly.Contains(section.Key, StringComparer.OrdinalIgnoreCase) ? $"{section.Path} can only be set in code, where the set is registered. Remove it."
        : PoolSection.Keys.Contains(section.Key, StringComparer.OrdinalIgnoreCase) ? $"{section.Path} is a setting of a pool. Move it to {PathOf(setName)}:{Pools}:{section.Key}."
        : $"{section.Path} is not a setting of a replica set.{ConfigurationKeys.Suggest(section.Key, [.. Keys, Servers, Pools])} The settings are {string.Join(", ", Keys.Order(StringComparer.Ordinal))}, {Servers} and {Pools}.";
}
