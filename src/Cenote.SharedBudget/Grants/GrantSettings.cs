namespace Cenote.SharedBudget.Grants;

/// <summary>The settings of a budget that all its instances have in common.</summary>
internal sealed class GrantSettings
{
    private const long ShortestStandstill = 15_000;

    internal required int MaxConnections { get; init; }

    /// <summary>Gets how many instances may exist at once.</summary>
    internal required int Instances { get; init; }

    /// <summary>Gets how many connections an instance keeps without the store.</summary>
    internal required int Guaranteed { get; init; }

    /// <summary>Gets how long a grant is valid, in milliseconds.</summary>
    internal required long TimeToLive { get; init; }

    /// <summary>Gets how many sessions an instance may be opening at once.</summary>
    internal int Hidden { get; init; }

    /// <summary>Gets what is kept for the session in which an instance that starts asks the database.</summary>
    internal int StartReserve { get; init; }

    /// <summary>
    /// Gets how long an instance uses its guaranteed connections without a sign of its place, in milliseconds: neither
    /// an answer of the store, nor of the session that the others count.
    /// </summary>
    internal long Standstill
    {
        get => field > 0 ? field : Math.Max(ShortestStandstill, 2 * TimeToLive);
        init;
    }

    /// <summary>Gets how long an instance must have no session until another one gets its place, in
    /// milliseconds.</summary>
    internal long PlaceHold => 2 * Standstill;

    /// <summary>Returns <see cref="PlaceHold"/> of the settings in a table.</summary>
    internal static long FindPlaceHold(string fingerprint) => 4 * FindTimeToLive(fingerprint);

    /// <summary>Returns <see cref="LongestCountGap"/> of the settings in a table.</summary>
    internal static long FindCountGap(string fingerprint) => Math.Max(ShortestStandstill / 2, FindTimeToLive(fingerprint) * 3 / 2);

    private static long FindTimeToLive(string fingerprint) =>
        long.TryParse(fingerprint.AsSpan(fingerprint.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var timeToLive) ? timeToLive : 0;

    /// <summary>Gets the longest time between two counts that show that an instance had no session throughout, in
    /// milliseconds.</summary>
    internal long LongestCountGap => Math.Max(Standstill / 2, TimeToLive * 3 / 2);

    /// <summary>Gets what must be the same in all instances, as the table keeps it.</summary>
    internal string Fingerprint => string.Create(CultureInfo.InvariantCulture, $"{MaxConnections}/{Instances}/{Guaranteed}/{TimeToLive}");

    /// <summary>Returns the differences between these settings and those of a table.</summary>
    internal string DescribeDifferences(string fingerprint)
    {
        var (own, others) = (Fingerprint.Split('/'), fingerprint.Split('/'));
        string[] names = [nameof(SharedBudgetOptions.MaxConnections), nameof(SharedBudgetOptions.Instances), nameof(SharedBudgetOptions.GuaranteedConnections), nameof(SharedBudgetOptions.TimeToLive)];
        var differences = names.Select((name, i) => (Name: name, Own: own[i], Other: others.ElementAtOrDefault(i) ?? "unknown")).Where(static setting => setting.Own != setting.Other)
            .Select(static setting => $"{setting.Name} is {Value(setting.Name, setting.Own)} here and {Value(setting.Name, setting.Other)} there");
        return string.Join(", ", differences);
    }

    private static string Value(string name, string value) => name == nameof(SharedBudgetOptions.TimeToLive) ? value + " ms" : value;
}
