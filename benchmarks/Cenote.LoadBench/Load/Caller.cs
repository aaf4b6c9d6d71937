namespace Cenote.LoadBench.Load;

/// <summary>
/// What one caller counted. An object of its own, so that callers do not write to each other's cache lines.
/// </summary>
internal sealed class Caller
{
    private long _waits;

    internal long Waits => Volatile.Read(ref _waits);

    internal void CountWait() => _waits++;
}
