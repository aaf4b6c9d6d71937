using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Cenote.DependencyInjection;

/// <summary>
/// The running pools and budgets that follow the configuration, for the life of the container. They apply a change
/// together, because guaranteed sizes and the size of a budget may fit only with each other.
/// </summary>
internal sealed class ConfigurationFollower : IDisposable
{
    private readonly object _round = new();
    private readonly List<IFollowing> _followed = [];
    private IDisposable? _subscription;
    private bool _isDisposed;

    /// <summary>Adds a pool or a budget. The caller holds no lock.</summary>
    internal void Follow(IFollowing added, IConfiguration configuration)
    {
        lock (_followed)
        {
            if (_isDisposed)
            {
                return;
            }

            // Pools that were closed separately, or that the registry rejected.
            _followed.RemoveAll(static other => other.IsClosed);
            _followed.Add(added);
            _subscription ??= ChangeToken.OnChange(configuration.GetReloadToken, Reload);
        }

        // No notification came for a change between the reading for the construction and the subscription.
        Reload([added]);
    }

    public void Dispose()
    {
        lock (_followed)
        {
            _isDisposed = true;
            _subscription?.Dispose();
            _followed.Clear();
        }
    }

    private void Reload()
    {
        List<IFollowing> all;
        lock (_followed)
        {
            all = [.. _followed];
        }

        Reload(all);
    }

    /// <summary>Applies the configuration, until what is refused does not fit in any order.</summary>
    private void Reload(List<IFollowing> refused)
    {
        // Each round reads the configuration again under the lock, so the last one applies the latest values.
        lock (_round)
        {
            int before;
            do
            {
                before = refused.Count;
                refused = refused.FindAll(static followed => !followed.TryReload());
            }
            while (refused.Count > 0 && refused.Count < before);

            refused.ForEach(static followed => followed.LogRefusal());
        }
    }
}
