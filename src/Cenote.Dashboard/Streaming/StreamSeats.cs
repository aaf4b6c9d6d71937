namespace Cenote.Dashboard.Streaming;

/// <summary>How many may watch the stream at once: each holds a connection of the server.</summary>
internal sealed class StreamSeats
{
    internal const int Most = 100;

    private int _taken;

    internal bool TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= Most)
        {
            return true;
        }

        Release();
        return false;
    }

    internal void Release() => Interlocked.Decrement(ref _taken);
}
