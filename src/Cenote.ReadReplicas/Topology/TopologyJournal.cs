using Cenote.ReadReplicas.Events;
using Microsoft.Extensions.Logging;

namespace Cenote.ReadReplicas.Topology;

/// <summary>
/// Where a set records its changes: in its history, in the log, and for the handlers of
/// <see cref="ReplicaSet.TopologyChanged"/>.
/// </summary>
internal sealed class TopologyJournal(string setName, ILogger logger)
{
    /// <summary>Changes are rare: these reach back for days, unless a server comes and goes all the time.</summary>
    private const int MaxRemembered = 200;

    private readonly Queue<TopologyChange> _history = new();

    internal OrderedEvent<TopologyChangedEventArgs> Changed { get; } = new(
        (_, exception) => ReplicaSetLog.HandlerFailed(logger, setName, exception),
        changed => ReplicaSetLog.Changed(logger, setName, changed.Change));

    /// <summary>Only queues, so it may be called under a lock.</summary>
    internal void Record(TopologyChange change)
    {
        lock (_history)
        {
            if (_history.Count == MaxRemembered)
            {
                _history.Dequeue();
            }

            _history.Enqueue(change);
        }

        Changed.Post(new TopologyChangedEventArgs(change));
    }

    internal IReadOnlyList<TopologyChange> Read()
    {
        lock (_history)
        {
            return [.. _history];
        }
    }
}
