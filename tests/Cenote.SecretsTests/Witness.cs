using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Cenote.SecretsTests;

/// <summary>Reads everything that comes out, and remembers where the secret was seen.</summary>
internal sealed class Witness : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _sightings = new();
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _activities;
    private readonly string _secret;
    private int _texts;
    private int _logs;
    private int _measurements;

    public Witness(string secret)
    {
        _secret = secret;
        _meters.InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => SeeTags(instrument.Name, tags));
        _meters.SetMeasurementEventCallback<int>((instrument, _, tags, _) => SeeTags(instrument.Name, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, _, tags, _) => SeeTags(instrument.Name, tags));
        _meters.Start();
        _activities = new ActivityListener
        {
            ShouldListenTo = static _ => true,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = See,
        };
        ActivitySource.AddActivityListener(_activities);
    }

    public IReadOnlyCollection<string> Sightings => _sightings;

    /// <summary>How much was read: nothing seen in nothing shows nothing.</summary>
    public (int Texts, int Logs, int Measurements) Read => (_texts, _logs, _measurements);

    public void See(string where, object? thing)
    {
        Interlocked.Increment(ref _texts);
        var text = Convert.ToString(thing, CultureInfo.InvariantCulture) ?? "";
        if (text.Contains(_secret, StringComparison.OrdinalIgnoreCase))
        {
            _sightings.Enqueue($"{where}: {text}");
        }
    }

    public void See(string where, Exception? exception)
    {
        See(where, (object?)exception);
        for (var current = exception; current is not null; current = current.InnerException)
        {
            See(where, (object)current.Message);
            See(where, (object?)current.Source);
            foreach (DictionaryEntry entry in current.Data)
            {
                See(where + " data", (object)$"{entry.Key}={entry.Value}");
            }

            foreach (var property in current.GetType().GetProperties().Where(property => property.PropertyType == typeof(string)))
            {
                See($"{where} {property.Name}", property.GetValue(current));
            }
        }
    }

    public void ReadMeters() => _meters.RecordObservableInstruments();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        See("log scope", (object?)state);
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Interlocked.Increment(ref _logs);
        See($"log {eventId}", (object)formatter(state, exception));
        See($"log {eventId}", exception);
        if (state is IEnumerable<KeyValuePair<string, object?>> values)
        {
            foreach (var (name, value) in values)
            {
                See($"log {eventId} {name}", value);
            }
        }
    }

    public void Dispose()
    {
        _meters.Dispose();
        _activities.Dispose();
    }

    private void SeeTags(string instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Interlocked.Increment(ref _measurements);
        foreach (var (name, value) in tags)
        {
            See($"metric {instrument} {name}", value);
        }
    }

    private void See(Activity activity)
    {
        See("activity", (object)$"{activity.DisplayName} {activity.StatusDescription} {string.Join(' ', activity.TagObjects)}");
        foreach (var happened in activity.Events)
        {
            See("activity event", (object)$"{happened.Name} {string.Join(' ', happened.Tags)}");
        }
    }
}
