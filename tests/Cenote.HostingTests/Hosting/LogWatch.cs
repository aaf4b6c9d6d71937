using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Cenote.HostingTests.Hosting;

/// <summary>Keeps what Cenote.Hosting logs, and tells of each message.</summary>
internal sealed class LogWatch : ILoggerProvider, ILogger
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<string>> _messages = new();

    /// <summary>The first message of an event: to be awaited.</summary>
    public Task<string> First(int eventId) => Source(eventId).Task.Soon();

    public bool Has(int eventId) => Source(eventId).Task.IsCompleted;

    public ILogger CreateLogger(string categoryName) =>
        categoryName == "Cenote.Hosting" ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Source(eventId.Id).TrySetResult(formatter(state, exception));

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
    }

    private TaskCompletionSource<string> Source(int eventId) =>
        _messages.GetOrAdd(eventId, static _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
}
