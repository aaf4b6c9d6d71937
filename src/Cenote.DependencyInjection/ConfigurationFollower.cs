namespace Cenote.DependencyInjection;

/// <summary>
/// The subscriptions of running pools to changes of the configuration, for the life of the container.
/// </summary>
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
                // Pools that were closed separately, or that the registry rejected.
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

        // No notification came for a change between the reading for the construction and the subscription.
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
