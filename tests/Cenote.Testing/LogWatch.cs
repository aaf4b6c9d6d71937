using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cenote.Testing;

/// <summary>The log messages of one category. The first message of each event can be awaited.</summary>
public sealed class LogWatch(string category) : ILoggerProvider, ILogger
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<string>> _first = new();

    public ConcurrentQueue<(int EventId, string Message)> Messages { get; } = new();

    /// <summary>Completes with the first message of an event.</summary>
    public Task<string> First(int eventId) => Source(eventId).Task.Soon();

    public bool Has(int eventId) => Source(eventId).Task.IsCompleted;

    public ILogger CreateLogger(string categoryName) => categoryName == category ? this : NullLogger.Instance;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var message = formatter(state, exception);
        Messages.Enqueue((eventId.Id, message));
        Source(eventId.Id).TrySetResult(message);
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
    }

    private TaskCompletionSource<string> Source(int eventId) =>
        _first.GetOrAdd(eventId, static _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
}
