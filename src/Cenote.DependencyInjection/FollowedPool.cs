using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Cenote.DependencyInjection;

/// <summary>One running pool and the configuration that it follows. Reloads may come from several threads.</summary>
/// <param name="pool">The running pool.</param>
/// <param name="ofCode">What the code says: the configuration comes on top of it, each time anew.</param>
/// <param name="connectionString">What the configuration said when the pool was constructed.</param>
/// <param name="configuration">Where settings and connection string are.</param>
/// <param name="logger">Told of what is refused.</param>
internal sealed class FollowedPool(
    ConnectionPool pool, ConnectionPoolOptions ofCode, string? connectionString, IConfiguration configuration, ILogger logger)
{
    private readonly object _gate = new();
    private string? _connectionString = connectionString;
    private string? _refused;

    internal bool IsClosed => pool.GetStatistics().State == PoolState.Closed;

    internal IDisposable Subscribe() => ChangeToken.OnChange(configuration.GetReloadToken, Reload);

    /// <summary>
    /// Takes the settings over, all or none. What it threw would end in the configuration's own watcher.
    /// </summary>
    internal void Reload()
    {
        // One after the other, each reading anew: whichever comes last leaves what the configuration says last.
        lock (_gate)
        {
            if (IsClosed)
            {
                return;
            }

            try
            {
                TakeOver();
                RecordConnectionString();
            }
#pragma warning disable CA1031 // A source of the configuration may throw anything; the pool goes on as it was.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                ConfigurationLog.ReloadFailed(logger, pool.Name, exception);
            }
        }
    }

    private void TakeOver()
    {
        try
        {
            var options = new ConnectionPoolOptions(ofCode);
            PoolSection.Read(configuration, pool.Name, options);
            pool.Reconfigure(options);
            _refused = null;
        }
        catch (PoolOptionsException exception)
        {
            // The same is said once: another part of the configuration may change every minute.
            var problems = string.Join(" ", exception.Problems);
            if (problems != _refused)
            {
                ConfigurationLog.ReloadRefused(logger, pool.Name, problems);
                _refused = problems;
            }
        }
    }

    private void RecordConnectionString()
    {
        var current = configuration[PoolSection.ConnectionStringKey(pool.Name)];
        if (current != _connectionString)
        {
            _connectionString = current;
            ConfigurationLog.ConnectionStringChanged(logger, pool.Name);
        }
    }
}
