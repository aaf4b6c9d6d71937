using System.Collections.Concurrent;
using Cenote.Providers;

namespace Cenote.Events;

// Physical connections, and the database behind them.
internal sealed partial class PoolJournal
{
    private static readonly string?[] s_opened = new string?[64];

    private ConcurrentDictionary<string, ConnectionWarning>? _warnings;

    internal void ConnectionOpened(int slotId, int attempts)
    {
        PoolLog.Opened(Logger, _settings.Name, slotId, attempts);
        Record(new PoolEvent(NewEvent(PoolEventKind.ConnectionOpened, PoolEventLevel.Information, attempts > 1 ? Text($"{OpenedIn(slotId)} after {Readable.Count(attempts, "attempt")}") : OpenedIn(slotId)))
        {
            SlotId = slotId,
        });
    }

    /// <summary>
    /// Records a warning of a provider's connection, only the first per code. Callable from any thread; never throws
    /// because of a provider's text.
    /// </summary>
    internal void Warn(ConnectionWarning warning)
    {
        var warnings = LazyInitializer.EnsureInitialized(ref _warnings, static () => new ConcurrentDictionary<string, ConnectionWarning>(StringComparer.Ordinal));
        if (warnings.TryAdd(warning.Code, warning))
        {
            PoolLog.ConnectionWarning(Logger, _settings.Name, warning.Code, warning.Message, warning.Recommendation);
            Record(PoolEventKind.ConnectionWarning, PoolEventLevel.Warning, $"{warning.Code}: {warning.Message} {warning.Recommendation}");
        }
    }

    internal void ConnectionClosed(int slotId, CloseReason reason)
    {
        PoolLog.Closed(Logger, _settings.Name, slotId, reason);
        Record(new PoolEvent(NewEvent(PoolEventKind.ConnectionClosed, LevelOf(reason), Text($"closed the connection in slot {slotId}: {reason}")))
        {
            SlotId = slotId,
            CloseReason = reason,
        });
    }

    internal void OpenFailed(OpenFailure failure)
    {
        PoolLog.OpenFailed(Logger, _settings.Name, _settings.Target, failure.Attempts, failure.Kind, failure.Exception);
        Record(PoolEventKind.OpenFailed, PoolEventLevel.Error, Text($"could not open a connection to {_settings.Target} in {Readable.Count(failure.Attempts, "attempt")} ({failure.Kind}): {failure.Exception.Message}{(failure.Recommendation is null ? "" : " " + failure.Recommendation)}"));
    }

    internal void ConnectionFailed(int slotId, CloseReason reason, Exception? exception)
    {
        PoolLog.ConnectionFailed(Logger, _settings.Name, slotId, reason, exception);
        var why = exception is null ? "" : $": {exception.Message}";
        Record(new PoolEvent(NewEvent(PoolEventKind.ConnectionFailed, PoolEventLevel.Warning, Text($"the connection in slot {slotId} failed ({reason}){why}")))
        {
            SlotId = slotId,
            CloseReason = reason,
        });
    }

    internal void CircuitChanged(CircuitChangedEventArgs change)
    {
        var (before, status) = (change.PreviousState, change.Status);
        switch (status.State)
        {
            case CircuitState.Open when status.IsIsolated:
                PoolLog.CircuitIsolated(Logger, _settings.Name);
                Record(PoolEventKind.CircuitOpened, PoolEventLevel.Error, "the circuit was isolated: no caller gets a connection until it is closed");
                break;
            case CircuitState.Open when before == CircuitState.Closed:
                PoolLog.CircuitOpened(Logger, _settings.Name, status.ConsecutiveFailures, status.LastFailure?.Kind, status.TimeUntilNextProbe is { } next ? Readable.About(next) : "a moment", status.LastFailure?.Exception);
                Record(PoolEventKind.CircuitOpened, PoolEventLevel.Error, Text($"the circuit opened after {Readable.Count(status.ConsecutiveFailures, "consecutive failure")} ({status.LastFailure?.Kind})"));
                break;
            case CircuitState.Closed:
                PoolLog.CircuitClosed(Logger, _settings.Name);
                Record(PoolEventKind.CircuitClosed, PoolEventLevel.Information, "the circuit closed: connections are opened again");
                break;
            default:
                // One probe follows another while a database is down: history and subscribers get only the change.
                PoolLog.CircuitProbing(Logger, _settings.Name, status.State);
                break;
        }
    }

    /// <summary>Gets the level of a close. A close that the pool or its user wanted is not a problem.</summary>
    private static PoolEventLevel LevelOf(CloseReason reason) =>
        reason is CloseReason.Idle or CloseReason.Lifetime or CloseReason.Retired or CloseReason.PoolShrunk or CloseReason.PoolClosed or CloseReason.RequestedByHolder
            or CloseReason.CredentialsExpiring or CloseReason.BudgetReclaimed
            ? PoolEventLevel.Information
            : PoolEventLevel.Warning;

    /// <summary>
    /// Returns the text of an opened connection, which all pools of the process share for the lowest slots.
    /// </summary>
    private static string OpenedIn(int slotId)
    {
        var text = slotId < s_opened.Length ? s_opened[slotId] : null;
        if (text is null)
        {
            text = Text($"opened a connection in slot {slotId}");
            if (slotId < s_opened.Length)
            {
                s_opened[slotId] = text;
            }
        }

        return text;
    }
}
