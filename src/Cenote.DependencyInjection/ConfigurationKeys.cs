using Microsoft.Extensions.Configuration;

namespace Cenote.DependencyInjection;

/// <summary>
/// The allowed keys below <c>Cenote</c> in the configuration, and the texts for other keys. The keys of a pool are
/// <see cref="PoolSection.Keys"/>.
/// </summary>
internal static class ConfigurationKeys
{
    internal const string Root = "Cenote";
    internal const string Pools = "Pools";
    internal const string Budgets = "Budgets";

    /// <summary>
    /// Gets the sections of this package and of Cenote.Hosting, which validates its own keys.
    /// </summary>
    internal static IReadOnlyList<string> Sections { get; } = [Pools, Budgets, "Hosting"];

    private static string SectionNames => $"{string.Join(", ", Sections.SkipLast(1))} and {Sections[^1]}";

    /// <summary>
    /// Finds unknown keys below <c>Cenote</c>, outside the sections of pools. Values are not shown, because one may be
    /// a misplaced secret.
    /// </summary>
    internal static IEnumerable<string> FindUnknownKeys(IConfiguration configuration, string poolName)
    {
        var root = configuration.GetSection(Root);
        if (!string.IsNullOrWhiteSpace(root.Value))
        {
            yield return $"{Root} is a text. It must be a section with {SectionNames}.";
        }

        foreach (var child in root.GetChildren())
        {
            if (!Sections.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"{child.Path} is not a section of Cenote. {Recommend(child.Key, poolName)}";
            }
            else if (!string.IsNullOrWhiteSpace(child.Value))
            {
                yield return $"{child.Path} is a text. It must be a section with {(child.Key.Equals(Pools, StringComparison.OrdinalIgnoreCase) ? "a section for each pool" : child.Key.Equals(Budgets, StringComparison.OrdinalIgnoreCase) ? "a section for each budget" : "settings")}.";
            }
        }

        foreach (var child in root.GetSection(Pools).GetChildren())
        {
            if (IsSetting(child.Key) && !child.Key.Equals(poolName, StringComparison.OrdinalIgnoreCase) && child.Value is not null)
            {
                yield return $"{child.Path} is a setting of a pool outside a pool's section. Move it to {Root}:{Pools}:NAME:{child.Key}, such as {Root}:{Pools}:{poolName}:{child.Key}.";
            }
        }
    }

    /// <summary>
    /// Gets "Did you mean …?" for a key with a few wrong letters, or an empty text without a similar key.
    /// </summary>
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
        : $"The sections are {SectionNames}.";

    private static bool IsSetting(string key) => PoolSection.Keys.Contains(key, StringComparer.OrdinalIgnoreCase);
}
