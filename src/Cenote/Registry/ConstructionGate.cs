namespace Cenote.Registry;

/// <summary>
/// Lets one thread at a time construct a pool. Whoever would wait for a construction that itself waits, however
/// indirectly, for one of the caller's is refused: two pools that ask for each other, constructed on two threads, would
/// wait for ever.
/// </summary>
internal sealed class ConstructionGate
{
    // One for all gates, since a circle goes through several. Held for moments only, never while a pool is constructed.
    private static readonly object Graph = new();

    [ThreadStatic]
    private static Constructor? _self;

    private Constructor? _holder;

    /// <summary>Waits until no other thread is inside.</summary>
    /// <returns><see langword="false"/> when the wait would never end.</returns>
    internal bool TryEnter()
    {
        var self = _self ??= new Constructor();
        lock (Graph)
        {
            for (var gate = this; gate?._holder is { } holder; gate = holder.Awaited)
            {
                if (holder == self)
                {
                    return false;
                }
            }

            try
            {
                self.Awaited = this;
                while (_holder is not null)
                {
                    Monitor.Wait(Graph);
                }
            }
            finally
            {
                self.Awaited = null;
            }

            _holder = self;
            return true;
        }
    }

    internal void Exit()
    {
        lock (Graph)
        {
            _holder = null;
            Monitor.PulseAll(Graph);
        }
    }

    /// <summary>One thread.</summary>
    private sealed class Constructor
    {
        internal ConstructionGate? Awaited { get; set; }
    }
}
