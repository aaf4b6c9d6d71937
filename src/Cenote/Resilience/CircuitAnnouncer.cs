using System.Collections.Concurrent;
using Cenote.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Cenote.Resilience;

/// <summary>Logs the circuit's changes and raises the event for them, in their order and on nobody's path.</summary>
internal sealed class CircuitAnnouncer(PoolSettings settings, ILogger logger)
{
    private readonly ConcurrentQueue<CircuitChangedEventArgs> _changes = new();
    private int _isRunning;

    /// <summary>Handlers are called on the thread pool, one change after the other.</summary>
    internal event EventHandler<CircuitChangedEventArgs>? Changed;

    /// <summary>Who is named as the sender.</summary>
    internal object? Sender { get; set; }

    /// <summary>Only queues: may be called under a lock.</summary>
    internal void Post(CircuitState before, CircuitStatus status)
    {
        _changes.Enqueue(new CircuitChangedEventArgs(settings.Name, before, status));
        if (Interlocked.Exchange(ref _isRunning, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static announcer => announcer.Run(), this, preferLocal: false);
        }
    }

    private void Run()
    {
        do
        {
            while (_changes.TryDequeue(out var change))
            {
                Announce(change);
            }

            // A full fence: whoever queued after the last look either finds this not running, or is found by the next look.
            Interlocked.Exchange(ref _isRunning, 0);
        }
        while (!_changes.IsEmpty && Interlocked.Exchange(ref _isRunning, 1) == 0);
    }

    private void Announce(CircuitChangedEventArgs change)
    {
        var status = change.Status;
        switch (status.State)
        {
            case CircuitState.Open when status.IsForced:
                PoolLog.CircuitForcedOpen(logger, settings.Name);
                break;
            case CircuitState.Open when change.Before == CircuitState.Closed:
                PoolLog.CircuitOpened(
                    logger, settings.Name, status.ConsecutiveFailures, status.LastFailure?.Kind, status.NextProbe, status.LastFailure?.Exception);
                break;
            case CircuitState.Closed:
                PoolLog.CircuitClosed(logger, settings.Name);
                break;
            default:
                PoolLog.CircuitProbing(logger, settings.Name, status.State);
                break;
        }

        foreach (var handler in Changed?.GetInvocationList() ?? [])
        {
            try
            {
                ((EventHandler<CircuitChangedEventArgs>)handler)(Sender, change);
            }
            catch (Exception exception)
            {
                PoolLog.HandlerFailed(logger, settings.Name, exception);
            }
        }
    }
}
