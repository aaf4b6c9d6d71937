namespace Cenote.DependencyInjection;

/// <summary>Makes running pools follow the configuration, as long as the container lives.</summary>
internal sealed class ConfigurationFollower : IDisposable
{
    private readonly List<(FollowedPool Pool, IDisposable Subscription)> _followed = [];
    private bool _isDisposed;

    internal void Follow(FollowedPool pool)
    {
        var subscription = pool.Subscribe();
        lock (_followed)
        {
            if (!_isDisposed)
            {
                // Pools that were closed alone, and those that the registry refused.
                foreach (var ended in _followed.FindAll(other => other.Pool.IsClosed))
                {
                    ended.Subscription.Dispose();
                    _followed.Remove(ended);
                }

                _followed.Add((pool, subscription));
                subscription = null;
            }
        }

        subscription?.Dispose();

        // A change between the reading for the construction and the subscription was announced to nobody.
        pool.Reload();
    }

    public void Dispose()
    {
        lock (_followed)
        {
            _isDisposed = true;
            _followed.ForEach(followed => followed.Subscription.Dispose());
            _followed.Clear();
        }
    }
}
