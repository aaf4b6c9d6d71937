namespace Cenote.Dashboard.Streaming;

/// <summary>How many may be at something at once. Thread-safe.</summary>
/// <param name="most">As many.</param>
internal sealed class Seats(int most)
{
    private int _taken;

    internal int Most => most;

    internal bool TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= most)
        {
            return true;
        }

        Release();
        return false;
    }

    internal void Release() => Interlocked.Decrement(ref _taken);
}
