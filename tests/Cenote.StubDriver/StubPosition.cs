using System.Globalization;

namespace Cenote.StubDriver;

/// <summary>A position that is a number, perhaps on timelines, which do not count when it is compared.</summary>
public sealed class StubPosition(long number, long? timeline = null, long? earliestTimeline = null) : ReplicationPosition
{
    /// <summary>The number.</summary>
    public long Number => number;

    /// <inheritdoc/>
    public override long? Timeline => timeline;

    /// <inheritdoc/>
    public override long? EarliestTimeline => earliestTimeline ?? timeline;

    /// <inheritdoc/>
    public override bool Covers(ReplicationPosition other) => number >= Of(other);

    /// <inheritdoc/>
    public override ReplicationPosition Combine(ReplicationPosition other)
    {
        long?[] timelines = [EarliestTimeline, timeline, other?.EarliestTimeline, other?.Timeline];
        return new StubPosition(Math.Max(number, Of(other!)), timelines.Max(), timelines.Min());
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{number}{(timeline is null ? "" : "@")}{timeline}");

    /// <summary>Reads a number, and perhaps a timeline.</summary>
    public static StubPosition Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('@');
        return parts.Length <= 2 && TryParse(parts[0], out var number) && TryParse(parts[^1], out var timeline)
            ? new StubPosition(number, parts.Length == 2 ? timeline : null)
            : throw new FormatException("The text is not a number.");
    }

    private static bool TryParse(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static long Of(ReplicationPosition other) =>
        other is StubPosition position ? position.Number : throw new ArgumentException("The position is not a stub position.", nameof(other));
}
