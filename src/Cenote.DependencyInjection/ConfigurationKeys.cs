using Microsoft.Extensions.Configuration;

namespace Cenote.DependencyInjection;

/// <summary>
/// The keys that may be below <c>Cenote</c> in the configuration, and what is said of any other. Keys of a pool:
/// <see cref="PoolSection.Keys"/>.
/// </summary>
internal static class ConfigurationKeys
{
    internal const string Root = "Cenote";
    internal const string Pools = "Pools";

    /// <summary>
    /// The sections: those of this package, and that of Cenote.Hosting, which looks at its own keys itself.
    /// </summary>
    internal static IReadOnlyList<string> Sections { get; } = [Pools, "Hosting"];

    /// <summary>
    /// What is below <c>Cenote</c> and not in a section of a pool. Values are not shown: one may be a secret in the
    /// wrong place.
    /// </summary>
    internal static IEnumerable<string> FindUnknownKeys(IConfiguration configuration, string poolName)
    {
        var root = configuration.GetSection(Root);
        if (!string.IsNullOrWhiteSpace(root.Value))
        {
            yield return $"{Root} is a text. It must be a section with {string.Join(" and ", Sections)}.";
        }

        foreach (var child in root.GetChildren())
        {
            if (!Sections.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"{child.Path} is not a section of Cenote. {Recommend(child.Key, poolName)}";
            }
            else if (!string.IsNullOrWhiteSpace(child.Value))
            {
                yield return $"{child.Path} is a text. It must be a section with {(child.Key.Equals(Pools, StringComparison.OrdinalIgnoreCase) ? "a section for each pool" : "settings")}.";
            }
        }

        foreach (var child in root.GetSection(Pools).GetChildren())
        {
            if (IsSetting(child.Key) && !child.Key.Equals(poolName, StringComparison.OrdinalIgnoreCase) && child.Value is not null)
            {
                yield return $"{child.Path} is a setting of a pool, outside of one. Move it to {Root}:{Pools}:NAME:{child.Key}, such as {Root}:{Pools}:{poolName}:{child.Key}.";
            }
        }
    }

    /// <summary>"Did you mean …?", for a key that is a few letters off; empty when none is near.</summary>
    internal static string Suggest(string key, IEnumerable<string> known)
    {
        var nearest = known
            .Select(candidate => (Key: candidate, Distance: EditDistance.Between(key.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .Where(pair => pair.Distance <= Math.Max(1, (pair.Key.Length + 1) / 3))
            .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .FirstOrDefault();
        return nearest.Key is null ? "" : $" Did you mean {nearest.Key}?";
    }

    private static string Recommend(string key, string poolName) =>
        IsSetting(key) ? $"It is a setting of a pool: move it to {Root}:{Pools}:{poolName}:{key}."
        : key.Equals(poolName, StringComparison.OrdinalIgnoreCase) ? $"It is a pool: move it to {Root}:{Pools}:{poolName}."
        : Suggest(key, Sections).TrimStart() is { Length: > 0 } suggestion ? suggestion.Replace("mean ", $"mean {Root}:", StringComparison.Ordinal)
        : $"There are {string.Join(" and ", Sections)}.";

    private static bool IsSetting(string key) => PoolSection.Keys.Contains(key, StringComparer.OrdinalIgnoreCase);
}
