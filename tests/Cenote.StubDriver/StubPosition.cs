using System.Globalization;

namespace Cenote.StubDriver;

/// <summary>A position that is a number.</summary>
public sealed class StubPosition(long number, long? timeline = null) : ReplicationPosition
{
    /// <summary>The number.</summary>
    public long Number => number;

    /// <inheritdoc/>
    public override long? Timeline => timeline;

    /// <inheritdoc/>
    public override bool Covers(ReplicationPosition other) => number >= Of(other);

    /// <inheritdoc/>
    public override ReplicationPosition Combine(ReplicationPosition other) => new StubPosition(Math.Max(number, Of(other)));

    /// <inheritdoc/>
    public override string ToString() => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a number.</summary>
    public static StubPosition Parse(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new StubPosition(number) : throw new FormatException("The text is not a number.");

    private static long Of(ReplicationPosition other) =>
        other is StubPosition position ? position.Number : throw new ArgumentException("The position is not a stub position.", nameof(other));
}
