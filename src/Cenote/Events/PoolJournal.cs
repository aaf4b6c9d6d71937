using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Cenote.Events;

/// <summary>
/// The recorder of a pool's events: writes them to the log and the history, and notifies subscribers. Never called
/// under the desk's lock.
/// </summary>
internal sealed partial class PoolJournal
{
    private readonly PoolSettings _settings;
    private readonly EventHistory _history;
    private Throttle? _slowAcquires;
    private Throttle? _timeouts;
    private Throttle? _overloads;
    private Throttle? _budgetWaits;
    private Throttle? _contextFailures;
    private Throttle? _statementRetries;

    internal PoolJournal(PoolSettings settings, ILogger logger)
    {
        _settings = settings;
        Logger = logger;
        _history = new EventHistory(settings.EventHistoryCapacity);
        HandlerFailed = LogHandlerFailure;
        EventOccurred = new OrderedEvent<PoolEventArgs>(HandlerFailed);
    }

    internal OrderedEvent<PoolEventArgs> EventOccurred { get; }

    /// <summary>Gets the logger, for messages that are not events.</summary>
    internal ILogger Logger { get; }

    internal IReadOnlyList<PoolEvent> Read(long after)
    {
        lock (_history)
        {
            return _history.Read(after);
        }
    }

    /// <summary>Gets the action that logs that a handler of one of the pool's events threw.</summary>
    internal Action<object, Exception> HandlerFailed { get; }

    private void Record(PoolEventKind kind, PoolEventLevel level, string message) => Record(NewEvent(kind, level, message));

    private PoolEvent NewEvent(PoolEventKind kind, PoolEventLevel level, string message) =>
        new() { Sequence = 0, Time = _settings.Clock.UtcNow, Kind = kind, Level = level, Message = message };

    private void Record(PoolEvent happened)
    {
        // Numbers and posts under one lock, so that handlers get events in the order of their numbers.
        lock (_history)
        {
            var numbered = _history.Add(happened);
            if (EventOccurred.HasHandlers)
            {
                EventOccurred.Post(new PoolEventArgs(_settings.Name, numbered));
            }
        }
    }

    private void LogHandlerFailure(object arguments, Exception exception)
    {
        if (arguments is LeakReportedEventArgs leak)
        {
            PoolLog.LeakHandlerFailed(Logger, _settings.Name, leak.Kind, exception);
        }
        else
        {
            PoolLog.HandlerFailed(Logger, _settings.Name, exception);
        }
    }

    /// <summary>Returns a throttle, which exists from its first use.</summary>
    private Throttle OnePerSecond(ref Throttle? throttle)
    {
        if (Volatile.Read(ref throttle) is { } existing)
        {
            return existing;
        }

        var first = new Throttle(TimeSpan.FromSeconds(1), _settings.Clock.TimeProvider);
        return Interlocked.CompareExchange(ref throttle, first, null) ?? first;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
