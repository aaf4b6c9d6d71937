using Cenote.Diagnostics;
using Cenote.History;

namespace Cenote.Resilience;

/// <summary>Logs the circuit's changes and raises the event for them, in their order and on nobody's path.</summary>
internal sealed class CircuitAnnouncer
{
    private readonly PoolSettings _settings;
    private readonly PoolJournal _journal;
    private readonly EventPump<CircuitChangedEventArgs> _pump;

    internal CircuitAnnouncer(PoolSettings settings, PoolJournal journal)
    {
        _settings = settings;
        _journal = journal;
        _pump = new EventPump<CircuitChangedEventArgs>(Announce);
    }

    /// <summary>Handlers are called on the thread pool, one change after the other.</summary>
    internal event EventHandler<CircuitChangedEventArgs>? Changed;

    /// <summary>Who is named as the sender.</summary>
    internal object? Sender { get; set; }

    /// <summary>Only queues: may be called under a lock.</summary>
    internal void Post(CircuitState before, CircuitStatus status) => _pump.Post(new CircuitChangedEventArgs(_settings.Name, before, status));

    private void Announce(CircuitChangedEventArgs change)
    {
        _journal.CircuitChanged(change.Before, change.Status);
        foreach (var handler in Delegate.EnumerateInvocationList(Changed))
        {
            try
            {
                handler(Sender, change);
            }
            catch (Exception exception)
            {
                PoolLog.HandlerFailed(_journal.Logger, _settings.Name, exception);
            }
        }
    }
}
