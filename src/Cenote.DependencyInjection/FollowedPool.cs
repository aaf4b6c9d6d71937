using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Cenote.DependencyInjection;

/// <summary>One running pool and the configuration that it follows. Reloads may come from several threads.</summary>
internal sealed class FollowedPool(ConnectionPool pool, ConnectionPoolOptions ofCode, IConfiguration configuration, ILogger logger)
{
    private readonly object _gate = new();
    private string? _connectionString = configuration[PoolSection.ConnectionStringKey(pool.Name)];

    /// <summary>Takes the settings over, all or none. Throws nothing: it is called by the configuration's own watcher.</summary>
    internal void Reload()
    {
        // One after the other, each reading anew: whichever comes last leaves what the configuration says last.
        lock (_gate)
        {
            try
            {
                var options = new ConnectionPoolOptions(ofCode);
                PoolSection.Read(configuration, pool.Name, options);
                pool.Reconfigure(options);
            }
            catch (PoolOptionsException exception)
            {
                ConfigurationLog.ReloadRefused(logger, pool.Name, string.Join(" ", exception.Problems));
            }
#pragma warning disable CA1031 // A source of the configuration may throw anything; the pool goes on as it was.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                ConfigurationLog.ReloadFailed(logger, pool.Name, exception);
            }

            NoteConnectionString();
        }
    }

    private void NoteConnectionString()
    {
        var connectionString = configuration[PoolSection.ConnectionStringKey(pool.Name)];
        if (connectionString != _connectionString)
        {
            _connectionString = connectionString;
            ConfigurationLog.ConnectionStringChanged(logger, pool.Name);
        }
    }
}
