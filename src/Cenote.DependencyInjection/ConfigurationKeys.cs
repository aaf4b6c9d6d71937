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
    internal const string ReplicaSets = "ReplicaSets";

    /// <summary>
    /// Gets the sections of this package and of Cenote.Hosting, which validates its own keys.
    /// </summary>
    internal static IReadOnlyList<string> Sections { get; } = [Pools, ReplicaSets, Budgets, "Hosting"];

    private static string SectionNames => $"{string.Join(", ", Sections.SkipLast(1))} and {Sections[^1]}";

    /// <summary>
    /// Finds unknown keys below <c>Cenote</c>, outside the sections of pools. Values are not shown, because one may be
    /// a misplaced secret.
    /// </summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="keys">The keys of the pool that reads it, for the advice.</param>
    internal static IEnumerable<string> FindUnknownKeys(IConfiguration configuration, PoolKeys keys)
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
                yield return $"{child.Path} is not a section of Cenote. {Recommend(child.Key, keys)}";
            }
            else if (!string.IsNullOrWhiteSpace(child.Value))
            {
                yield return $"{child.Path} is a text. It must be a section with {ContentOf(child.Key)}.";
            }
        }

        foreach (var child in root.GetSection(Pools).GetChildren())
        {
            if (IsSetting(child.Key) && !child.Path.Equals(keys.Section, StringComparison.OrdinalIgnoreCase) && child.Value is not null)
            {
                yield return $"{child.Path} is a setting of a pool outside a pool's section. Move it to {Root}:{Pools}:NAME:{child.Key}, such as {keys.Section}:{child.Key}.";
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

    private static string ContentOf(string section) =>
        section.Equals(Pools, StringComparison.OrdinalIgnoreCase) ? "a section for each pool"
        : section.Equals(ReplicaSets, StringComparison.OrdinalIgnoreCase) ? "a section for each set"
        : section.Equals(Budgets, StringComparison.OrdinalIgnoreCase) ? "a section for each budget"
        : "settings";

    private static string Recommend(string key, PoolKeys keys) =>
        IsSetting(key) ? $"It is a setting of a pool: move it to {keys.Section}:{key}."
        : $"{Root}:{Pools}:{key}".Equals(keys.Section, StringComparison.OrdinalIgnoreCase) ? $"It is a pool: move it to {keys.Section}."
        : Suggest(key, Sections).TrimStart() is { Length: > 0 } suggestion ? suggestion.Replace("mean ", $"mean {Root}:", StringComparison.Ordinal)
        : $"The sections are {SectionNames}.";

    private static bool IsSetting(string key) => PoolSection.Keys.Contains(key, StringComparer.OrdinalIgnoreCase);
}
