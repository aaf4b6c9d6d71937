using Cenote.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Cenote.Resilience;

/// <summary>Logs the circuit's changes and raises the event for them, in their order and on nobody's path.</summary>
internal sealed class CircuitAnnouncer
{
    private readonly PoolSettings _settings;
    private readonly ILogger _logger;
    private readonly EventPump<CircuitChangedEventArgs> _pump;

    internal CircuitAnnouncer(PoolSettings settings, ILogger logger)
    {
        _settings = settings;
        _logger = logger;
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
        var status = change.Status;
        switch (status.State)
        {
            case CircuitState.Open when status.IsForced:
                PoolLog.CircuitForcedOpen(_logger, _settings.Name);
                break;
            case CircuitState.Open when change.Before == CircuitState.Closed:
                PoolLog.CircuitOpened(
                    _logger, _settings.Name, status.ConsecutiveFailures, status.LastFailure?.Kind, status.NextProbe, status.LastFailure?.Exception);
                break;
            case CircuitState.Closed:
                PoolLog.CircuitClosed(_logger, _settings.Name);
                break;
            default:
                PoolLog.CircuitProbing(_logger, _settings.Name, status.State);
                break;
        }

        foreach (var handler in Delegate.EnumerateInvocationList(Changed))
        {
            try
            {
                handler(Sender, change);
            }
            catch (Exception exception)
            {
                PoolLog.HandlerFailed(_logger, _settings.Name, exception);
            }
        }
    }
}
