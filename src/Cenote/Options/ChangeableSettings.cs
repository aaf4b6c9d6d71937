namespace Cenote.Options;

/// <summary>
/// The settings that a running pool follows, as one immutable set: a reader of several settings gets them from one
/// moment.
/// </summary>
internal sealed record ChangeableSettings
{
    internal required int MinSize { get; init; }

    internal required int MaxSize { get; init; }

    internal required int MinIdle { get; init; }

    internal required TimeSpan AcquireTimeout { get; init; }

    internal required TimeSpan MaxIdleTime { get; init; }

    internal required TimeSpan MaxLifetime { get; init; }

    internal required double LifetimeJitter { get; init; }

    internal required TimeSpan ValidationInterval { get; init; }

    internal required TimeSpan ValidationTimeout { get; init; }

    internal required int? MaxWaiters { get; init; }

    internal required TimeSpan? LeakThreshold { get; init; }

    internal required TimeSpan? RevokeAfter { get; init; }

    internal required int StackSamplingInterval { get; init; }

    internal static ChangeableSettings Of(ConnectionPoolOptions options) => new()
    {
        MinSize = options.MinSize,
        MaxSize = options.MaxSize,
        MinIdle = options.MinIdle,
        AcquireTimeout = options.AcquireTimeout,
        MaxIdleTime = options.MaxIdleTime,
        MaxLifetime = options.MaxLifetime,
        LifetimeJitter = options.LifetimeJitter,
        ValidationInterval = options.ValidationInterval,
        ValidationTimeout = options.ValidationTimeout,
        MaxWaiters = options.MaxWaiters,
        LeakThreshold = options.LeakDetection.Threshold,
        RevokeAfter = options.LeakDetection.RevokeAfter,
        StackSamplingInterval = options.LeakDetection.StackSamplingInterval,
    };
}
