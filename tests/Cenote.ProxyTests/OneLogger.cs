using Microsoft.Extensions.Logging;

namespace Cenote.ProxyTests;

/// <summary>Gives one logger to everybody.</summary>
internal sealed class OneLogger(ILogger logger) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => logger;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
