namespace Cenote.Statistics;

/// <summary>
/// How long something usually takes, the latest times counting most. Thread-safe: of two records at once one may be
/// lost.
/// </summary>
internal sealed class RunningAverage
{
    private long _ticks = -1;

    /// <summary><see langword="null"/> before the first record.</summary>
    internal TimeSpan? Value => Volatile.Read(ref _ticks) is >= 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;

    internal void Record(TimeSpan duration)
    {
        var before = Volatile.Read(ref _ticks);
        Volatile.Write(ref _ticks, before < 0 ? duration.Ticks : before + ((duration.Ticks - before) / 4));
    }
}
