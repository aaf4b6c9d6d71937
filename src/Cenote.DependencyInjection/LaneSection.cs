namespace Cenote.DependencyInjection;

/// <summary>The section <c>Lanes</c> of a pool, with a section for each lane by its name.</summary>
internal static class LaneSection
{
    private const string Shedding = nameof(LaneOptions.LoadShedding);

    private static readonly Dictionary<string, Action<LaneOptions, SettingText>> Settings = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(LaneOptions.Weight)] = static (lane, text) => lane.Weight = text.Number(),
        [nameof(LaneOptions.Reserve)] = static (lane, text) => lane.Reserve = text.Number(),
        [nameof(LaneOptions.MaxSize)] = static (lane, text) => lane.MaxSize = text.IsNone ? null : text.Number(),
        [nameof(LaneOptions.MaxWaiters)] = static (lane, text) => lane.MaxWaiters = text.IsNone ? null : text.Number(),
        [Shedding] = static (lane, text) => lane.LoadShedding = text.Switch() ? lane.LoadShedding ?? new LoadSheddingOptions() : null,
        [$"{Shedding}:{nameof(LoadSheddingOptions.TargetDelay)}"] = static (lane, text) => (lane.LoadShedding ??= new LoadSheddingOptions()).TargetDelay = text.Duration(),
        [$"{Shedding}:{nameof(LoadSheddingOptions.Interval)}"] = static (lane, text) => (lane.LoadShedding ??= new LoadSheddingOptions()).Interval = text.Duration(),
    };

    /// <summary>Gets the allowed keys of a lane.</summary>
    internal static IEnumerable<string> Keys => Settings.Keys;

    /// <summary>
    /// Brings the lanes that were added after the first ones into the order of their names. The first lane of all is
    /// the default.
    /// </summary>
    internal static void Sort(ConnectionPoolOptions options, int first)
    {
        if (options.Lanes is { } lanes && lanes.Count > first)
        {
            options.Lanes = [.. lanes.Take(first), .. lanes.Skip(first).OrderBy(static lane => lane.Name, StringComparer.OrdinalIgnoreCase)];
        }
    }

    /// <summary>Sets one setting of a lane, which is added if the options do not have it.</summary>
    /// <param name="options">The options. Their lanes are replaced, because the objects may be the caller's.</param>
    /// <param name="key">The key below the section of the pool.</param>
    /// <param name="text">The text.</param>
    /// <returns><see langword="false"/> when the key is not below the section of lanes.</returns>
    internal static bool TrySet(ConnectionPoolOptions options, string key, SettingText text)
    {
        if (key.Split(':', 3) is not [var section, var name, ..] parts || !section.Equals(nameof(options.Lanes), StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        List<LaneOptions> lanes = [.. (options.Lanes ?? []).OfType<LaneOptions>().Select(static lane => new LaneOptions(lane))];
        var lane = lanes.Find(lane => name.Equals(lane.Name, StringComparison.OrdinalIgnoreCase));
        if (lane is null)
        {
            lanes.Add(lane = new LaneOptions { Name = name });
        }

        if (parts.Length == 2)
        {
            text.RefuseUnlessNone("a section with the settings of the lane");
        }
        else if (Settings.TryGetValue(parts[2], out var set))
        {
            set(lane, text);
        }
        else
        {
            options.AddProblem($"{text.Path} is not a setting of a lane.{ConfigurationKeys.Suggest(parts[2], Keys)} The settings are {string.Join(", ", Keys)}.");
        }

        options.Lanes = lanes;
        return true;
    }
}
