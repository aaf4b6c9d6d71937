using System.Collections.Concurrent;

namespace Cenote.FaultTests.Clients;

/// <summary>Who holds what at this moment: a second holder of anything is noticed when it comes.</summary>
internal sealed class HolderTable
{
    private readonly ConcurrentDictionary<object, int> _holders = new();
    private int _doubled;

    /// <summary>How often a client was given what another still held.</summary>
    internal int Doubled => Volatile.Read(ref _doubled);

    internal int Count => _holders.Count;

    internal void Enter(object thing, int client)
    {
        if (!_holders.TryAdd(thing, client))
        {
            Interlocked.Increment(ref _doubled);
        }
    }

    internal void Leave(object thing, int client) => _holders.TryRemove(new KeyValuePair<object, int>(thing, client));
}
