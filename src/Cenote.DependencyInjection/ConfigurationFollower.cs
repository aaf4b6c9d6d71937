using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Cenote.DependencyInjection;

/// <summary>Makes running pools follow the configuration, as long as the container lives.</summary>
internal sealed class ConfigurationFollower : IDisposable
{
    private readonly List<IDisposable> _subscriptions = [];
    private bool _isDisposed;

    /// <param name="pool">The running pool.</param>
    /// <param name="ofCode">What the code says: the configuration comes on top of it, each time anew.</param>
    /// <param name="configuration">Where settings and connection string are.</param>
    /// <param name="logger">Told of what is refused.</param>
    internal void Follow(ConnectionPool pool, ConnectionPoolOptions ofCode, IConfiguration configuration, ILogger logger)
    {
        var followed = new FollowedPool(pool, ofCode, configuration, logger);
        var subscription = ChangeToken.OnChange(configuration.GetReloadToken, followed.Reload);
        lock (_subscriptions)
        {
            if (!_isDisposed)
            {
                _subscriptions.Add(subscription);
                subscription = null;
            }
        }

        subscription?.Dispose();

        // A change between the reading for the construction and the subscription was announced to nobody.
        followed.Reload();
    }

    public void Dispose()
    {
        lock (_subscriptions)
        {
            _isDisposed = true;
            _subscriptions.ForEach(subscription => subscription.Dispose());
            _subscriptions.Clear();
        }
    }
}
