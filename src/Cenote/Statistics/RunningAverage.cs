namespace Cenote.Statistics;

/// <summary>
/// A running average of durations, in which the latest counts most. Thread-safe, but one of two concurrent records may
/// be lost.
/// </summary>
internal sealed class RunningAverage
{
    private long _ticks = -1;

    /// <summary>Gets the average, or <see langword="null"/> before the first record.</summary>
    internal TimeSpan? Value => Volatile.Read(ref _ticks) is >= 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;

    internal void Record(TimeSpan duration)
    {
        var before = Volatile.Read(ref _ticks);
        Volatile.Write(ref _ticks, before < 0 ? duration.Ticks : before + ((duration.Ticks - before) / 4));
    }
}
