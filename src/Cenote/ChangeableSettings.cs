namespace Cenote;

/// <summary>The settings that a running pool follows, as one unchanging set: whoever reads several sees those of one moment.</summary>
internal sealed record ChangeableSettings
{
    internal required int MinSize { get; init; }

    internal required int MaxSize { get; init; }

    internal required TimeSpan AcquireTimeout { get; init; }

    internal required TimeSpan MaxIdleTime { get; init; }

    internal required TimeSpan MaxLifetime { get; init; }

    internal required TimeSpan ValidationInterval { get; init; }

    internal required TimeSpan ValidationTimeout { get; init; }

    internal required int? MaxWaiters { get; init; }

    internal required TimeSpan? LeakThreshold { get; init; }

    internal required TimeSpan? RevokeAfter { get; init; }

    internal required int StackSampling { get; init; }

    internal static ChangeableSettings Of(ConnectionPoolOptions options) => new()
    {
        MinSize = options.MinSize,
        MaxSize = options.MaxSize,
        AcquireTimeout = options.AcquireTimeout,
        MaxIdleTime = options.MaxIdleTime,
        MaxLifetime = options.MaxLifetime,
        ValidationInterval = options.ValidationInterval,
        ValidationTimeout = options.ValidationTimeout,
        MaxWaiters = options.MaxWaiters,
        LeakThreshold = options.LeakDetection.Threshold,
        RevokeAfter = options.LeakDetection.RevokeAfter,
        StackSampling = options.LeakDetection.StackSampling,
    };

    /// <summary>One phrase a setting that differs: its name, what it was, what it is.</summary>
    internal IEnumerable<string> DescribeChanges(ChangeableSettings before)
    {
        (string Name, object? Before, object? After)[] settings =
        [
            ("MinSize", before.MinSize, MinSize),
            ("MaxSize", before.MaxSize, MaxSize),
            ("AcquireTimeout", before.AcquireTimeout, AcquireTimeout),
            ("MaxIdleTime", before.MaxIdleTime, MaxIdleTime),
            ("MaxLifetime", before.MaxLifetime, MaxLifetime),
            ("ValidationInterval", before.ValidationInterval, ValidationInterval),
            ("ValidationTimeout", before.ValidationTimeout, ValidationTimeout),
            ("MaxWaiters", before.MaxWaiters, MaxWaiters),
            ("LeakDetection.Threshold", before.LeakThreshold, LeakThreshold),
            ("LeakDetection.RevokeAfter", before.RevokeAfter, RevokeAfter),
            ("LeakDetection.StackSampling", before.StackSampling, StackSampling),
        ];
        return settings.Where(setting => !Equals(setting.Before, setting.After))
            .Select(setting => FormattableString.Invariant($"{setting.Name} {setting.Before ?? "none"} -> {setting.After ?? "none"}"));
    }
}
