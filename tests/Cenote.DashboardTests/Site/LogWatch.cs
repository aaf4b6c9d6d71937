using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Cenote.DashboardTests.Site;

/// <summary>Keeps what the dashboard logs.</summary>
internal sealed class LogWatch : ILoggerProvider, ILogger
{
    public ConcurrentQueue<(int EventId, string Message)> Messages { get; } = new();

    public ILogger CreateLogger(string categoryName) =>
        categoryName == "Cenote.Dashboard" ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Messages.Enqueue((eventId.Id, formatter(state, exception)));

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
    }
}
