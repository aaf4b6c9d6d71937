namespace Cenote.Registry;

/// <summary>
/// A gate that lets one thread at a time construct a pool. It refuses a thread whose wait would never end because the
/// construction itself waits, directly or indirectly, for one of the thread's own. An example is two pools that get
/// each other, constructed on two threads.
/// </summary>
internal sealed class ConstructionGate
{
    // One lock for all gates, because a circle goes through several. Held for moments only, never during a
    // construction.
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

    /// <summary>One constructing thread.</summary>
    private sealed class Constructor
    {
        internal ConstructionGate? Awaited { get; set; }
    }
}
