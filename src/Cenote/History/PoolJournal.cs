using System.Globalization;
using Cenote.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Cenote.History;

/// <summary>Where a pool writes down what happens to it: in the log, in its history, and to whoever has subscribed. Never called under the desk's lock.</summary>
internal sealed partial class PoolJournal
{
    private readonly PoolSettings _settings;
    private readonly EventHistory _history;
    private readonly EventPump<PoolEvent> _pump;

    internal PoolJournal(PoolSettings settings, ILogger logger)
    {
        _settings = settings;
        Logger = logger;
        _history = new EventHistory(settings.EventHistory);
        _pump = new EventPump<PoolEvent>(Tell);
    }

    /// <summary>Handlers are called on the thread pool, one event after the other.</summary>
    internal event EventHandler<PoolEventArgs>? Occurred;

    /// <summary>Who is named as the sender.</summary>
    internal object? Sender { get; set; }

    /// <summary>For messages that are no event.</summary>
    internal ILogger Logger { get; }

    internal IReadOnlyList<PoolEvent> Read(long after) => _history.Read(after);

    private void Note(PoolEventKind kind, PoolEventLevel level, string message) => Note(NewEvent(kind, level, message));

    private PoolEvent NewEvent(PoolEventKind kind, PoolEventLevel level, string message) =>
        new() { Sequence = 0, Time = _settings.Clock.UtcNow, Kind = kind, Level = level, Message = message };

    private void Note(PoolEvent happened)
    {
        // Numbered and told under one lock: subscribers hear of events in the order of their numbers.
        lock (_pump)
        {
            var numbered = _history.Add(happened);
            if (Occurred is not null)
            {
                _pump.Post(numbered);
            }
        }
    }

    private void Tell(PoolEvent happened)
    {
        var arguments = new PoolEventArgs(happened);
        foreach (var handler in Delegate.EnumerateInvocationList(Occurred))
        {
            try
            {
                handler(Sender, arguments);
            }
            catch (Exception exception)
            {
                PoolLog.HandlerFailed(Logger, _settings.Name, exception);
            }
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
