using Microsoft.Extensions.Logging;

namespace Cenote.Testing;

/// <summary>A factory that returns the same logger for every category.</summary>
public sealed class SingleLoggerFactory(ILogger logger) : ILoggerFactory
{
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => logger;

    public void Dispose()
    {
    }
}
