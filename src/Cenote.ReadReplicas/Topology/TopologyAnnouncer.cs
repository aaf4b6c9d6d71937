using Cenote.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Cenote.ReadReplicas.Topology;

/// <summary>Logs changes and raises the event for them, in their order and on nobody's path.</summary>
internal sealed class TopologyAnnouncer
{
    /// <summary>Changes are rare: these reach back for days, unless a server comes and goes all the time.</summary>
    private const int MostRemembered = 200;

    private readonly Queue<TopologyChangedEventArgs> _history = new();
    private readonly ILogger _logger;
    private readonly string _setName;
    private readonly EventPump<TopologyChangedEventArgs> _pump;

    internal TopologyAnnouncer(string setName, ILogger logger)
    {
        _setName = setName;
        _logger = logger;
        _pump = new EventPump<TopologyChangedEventArgs>(Announce);
    }

    internal event EventHandler<TopologyChangedEventArgs>? Changed;

    internal object? Sender { get; set; }

    internal void Post(TopologyChangedEventArgs change)
    {
        lock (_history)
        {
            if (_history.Count == MostRemembered)
            {
                _history.Dequeue();
            }

            _history.Enqueue(change);
        }

        _pump.Post(change);
    }

    internal IReadOnlyList<TopologyChangedEventArgs> Read()
    {
        lock (_history)
        {
            return [.. _history];
        }
    }

    private void Announce(TopologyChangedEventArgs change)
    {
        ReplicaSetLog.Changed(_logger, _setName, change);
        foreach (var handler in Delegate.EnumerateInvocationList(Changed))
        {
            try
            {
                handler(Sender, change);
            }
#pragma warning disable CA1031 // Somebody else's mistake must not silence the others.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                ReplicaSetLog.HandlerFailed(_logger, _setName, exception);
            }
        }
    }
}
