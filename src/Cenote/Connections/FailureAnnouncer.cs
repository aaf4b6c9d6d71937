using Cenote.Diagnostics;
using Cenote.Providers;
using Microsoft.Extensions.Logging;

namespace Cenote.Connections;

/// <summary>Raises <see cref="ConnectionPool.FailureObserved"/>. Costs nothing while nobody listens.</summary>
internal sealed class FailureAnnouncer
{
    private readonly PoolSettings _settings;
    private readonly ILogger _logger;
    private readonly EventPump<FailureObservedEventArgs> _pump;

    internal FailureAnnouncer(PoolSettings settings, ILogger logger)
    {
        _settings = settings;
        _logger = logger;
        _pump = new EventPump<FailureObservedEventArgs>(Tell);
    }

    internal event EventHandler<FailureObservedEventArgs>? Observed;

    /// <summary>Who is named as the sender.</summary>
    internal object? Sender { get; set; }

    internal void Post(FailureKind kind, Exception? exception)
    {
        if (Observed is not null)
        {
            _pump.Post(new FailureObservedEventArgs(_settings.Name, kind, exception));
        }
    }

    private void Tell(FailureObservedEventArgs failure)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(Observed))
        {
            try
            {
                handler(Sender, failure);
            }
            catch (Exception exception)
            {
                PoolLog.HandlerFailed(_logger, _settings.Name, exception);
            }
        }
    }
}
