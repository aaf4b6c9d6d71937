using Cenote.Statistics;

namespace Cenote.Leasing;

/// <summary>One lane of a pool. Guarded by the desk's lock, except for the counters.</summary>
internal sealed class LaneState(int index, LaneOptions options, LoadSheddingOptions? shedding)
{
    private Counter _timeouts;
    private Counter _cancellations;
    private Counter _rejections;

    internal int Index => index;

    internal string Name => options.Name;

    internal int Weight => options.Weight;

    internal int Reserve => options.Reserve;

    /// <summary>Gets the maximum number of its connections; <see langword="null"/> for the pool's.</summary>
    internal int? MaxSize => options.MaxSize;

    /// <summary>Gets its own maximum of waiting callers; <see langword="null"/> for the pool's.</summary>
    internal int? MaxWaiters => options.MaxWaiters;

    /// <summary>Gets its load shedding, which sees no other lane's waits.</summary>
    internal LoadShedder? Shedding { get; } = shedding is null ? null : new LoadShedder(shedding);

    internal WaiterList Waiting { get; } = new();

    /// <summary>
    /// Gets or sets the number of connections that its callers hold, or that have not become free since.
    /// </summary>
    internal int InUse { get; set; }

    /// <summary>
    /// Gets or sets the virtual time at which its last rent ends, were it alone: the finish tag.
    /// </summary>
    internal double Finish { get; set; }

    /// <summary>Gets or sets how long a connection is in use for one of its rents, in milliseconds.</summary>
    internal double? Held { get; set; }

    /// <summary>Gets or sets when it last had fewer connections than its maximum again.</summary>
    internal TimeSpan HeldBackUntil { get; set; }

    internal long Rents { get; set; }

    /// <summary>Gets the waits of the callers that were served from the queue.</summary>
    internal Histogram WaitTime { get; } = new(isHot: true);

    internal ref Counter Timeouts => ref _timeouts;

    internal ref Counter Cancellations => ref _cancellations;

    internal ref Counter Rejections => ref _rejections;

    /// <summary>Returns the numbers of the lane, without the times of its waits.</summary>
    internal LaneStatistics Read(TimeSpan now, bool isFull) => new()
    {
        Name = Name,
        Weight = Weight,
        Reserve = Reserve,
        MaxSize = MaxSize,
        InUse = InUse,
        IsFull = isFull,
        Waiting = Waiting.Count,
        LongestWait = Waiting.First is { } first ? now - first.StartedAt : TimeSpan.Zero,
        Rents = Rents,
        Waits = WaitTime.Count,
        Timeouts = _timeouts.Value,
        Cancellations = _cancellations.Value,
        OverloadRejections = _rejections.Value,
    };
}
