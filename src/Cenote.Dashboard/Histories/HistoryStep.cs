using System.Runtime.InteropServices;

namespace Cenote.Dashboard.Histories;

/// <summary>
/// What a pool did in one step of its history. Small, since there are more than a thousand for each pool: durations are
/// kept to three digits, which is finer than they are measured.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct HistoryStep
{
    /// <summary>Which step it is, counted from the beginning of the sampling.</summary>
    internal int Number { get; init; }

    /// <summary>How many seconds of the step were watched; 0 when it was not.</summary>
    internal float Seconds { get; init; }

    internal float Rents { get; init; }

    internal float Waits { get; init; }

    internal float Errors { get; init; }

    internal float Opened { get; init; }

    /// <summary>The most at once.</summary>
    internal int Waiting { get; init; }

    /// <summary>The most at once. No pool has more than 10,000 connections.</summary>
    internal ushort Active { get; init; }

    /// <summary>The fewest.</summary>
    internal ushort Idle { get; init; }

    /// <summary>The last.</summary>
    internal ushort Limit { get; init; }

    /// <summary>The most at once.</summary>
    internal ushort Opening { get; init; }

    internal Half WaitP50 { get; init; }

    internal Half WaitP99 { get; init; }

    internal Half UseP50 { get; init; }

    internal Half UseP99 { get; init; }

    internal Half ConnectP50 { get; init; }

    internal Half ConnectP99 { get; init; }

    internal bool IsMeasured => Seconds > 0;

    internal double? PerSecond(float count) => IsMeasured ? count / Seconds : null;
}
