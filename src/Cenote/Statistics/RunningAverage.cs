namespace Cenote.Statistics;

/// <summary>
/// A running average of durations, in which the latest counts most. Thread-safe, but one of two concurrent records may
/// be lost. A field of its owner, never copied.
/// </summary>
internal struct RunningAverage
{
    /// <summary>The ticks plus one; 0 before the first record.</summary>
    private long _ticks;

    /// <summary>Gets the average, or <see langword="null"/> before the first record.</summary>
    internal readonly TimeSpan? Value => Volatile.Read(in _ticks) is > 0 and var ticks ? TimeSpan.FromTicks(ticks - 1) : null;

    internal void Record(TimeSpan duration)
    {
        var before = Volatile.Read(ref _ticks);
        Volatile.Write(ref _ticks, before == 0 ? duration.Ticks + 1 : before + ((duration.Ticks + 1 - before) / 4));
    }
}
