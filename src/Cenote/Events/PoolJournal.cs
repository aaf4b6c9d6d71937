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
    private readonly object _order = new();
    private readonly Throttle _slowAcquires;
    private readonly Throttle _timeouts;
    private readonly Throttle _overloads;
    private readonly Throttle _contextFailures;

    internal PoolJournal(PoolSettings settings, ILogger logger)
    {
        _settings = settings;
        Logger = logger;
        _history = new EventHistory(settings.EventHistoryCapacity);
        EventOccurred = new OrderedEvent<PoolEventArgs>(HandlerFailed);
        _slowAcquires = OnePerSecond();
        _timeouts = OnePerSecond();
        _overloads = OnePerSecond();
        _contextFailures = OnePerSecond();
    }

    internal OrderedEvent<PoolEventArgs> EventOccurred { get; }

    /// <summary>Gets the logger, for messages that are not events.</summary>
    internal ILogger Logger { get; }

    internal IReadOnlyList<PoolEvent> Read(long after) => _history.Read(after);

    /// <summary>Logs that a handler of one of the pool's events threw.</summary>
    internal void HandlerFailed(object arguments, Exception exception) => PoolLog.HandlerFailed(Logger, _settings.Name, exception);

    private void Record(PoolEventKind kind, PoolEventLevel level, string message) => Record(NewEvent(kind, level, message));

    private PoolEvent NewEvent(PoolEventKind kind, PoolEventLevel level, string message) =>
        new() { Sequence = 0, Time = _settings.Clock.UtcNow, Kind = kind, Level = level, Message = message };

    private void Record(PoolEvent happened)
    {
        // Numbers and posts under one lock, so that handlers get events in the order of their numbers.
        lock (_order)
        {
            var numbered = _history.Add(happened);
            if (EventOccurred.HasHandlers)
            {
                EventOccurred.Post(new PoolEventArgs(_settings.Name, numbered));
            }
        }
    }

    private Throttle OnePerSecond() => new(TimeSpan.FromSeconds(1), _settings.Clock.TimeProvider);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
