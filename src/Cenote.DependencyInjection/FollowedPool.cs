using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Cenote.DependencyInjection;

/// <summary>A running pool and its configuration. Reloads may come from several threads.</summary>
/// <param name="pool">The running pool.</param>
/// <param name="codeOptions">The options of the code. Each reload applies the configuration to a copy of them.</param>
/// <param name="connectionString">The connection string of the configuration when the pool was constructed.</param>
/// <param name="configuration">The configuration with the settings and the connection string.</param>
/// <param name="findBudget">Returns the budget of a name.</param>
/// <param name="logger">The logger for rejected changes.</param>
internal sealed class FollowedPool(
    ConnectionPool pool, ConnectionPoolOptions codeOptions, string? connectionString, IConfiguration configuration, Func<string, ConnectionBudget> findBudget, ILogger logger)
{
    private readonly object _gate = new();
    private string? _connectionString = connectionString;
    private string? _rejected;

    internal bool IsClosed => pool.GetStatistics().State == PoolState.Closed;

    internal IDisposable Subscribe() => ChangeToken.OnChange(configuration.GetReloadToken, Reload);

    /// <summary>
    /// Applies the changed settings, all or none. Does not throw, because the exception would reach the configuration's
    /// watcher.
    /// </summary>
    internal void Reload()
    {
        // Each reload reads the configuration again under the lock, so the last one applies the latest values.
        lock (_gate)
        {
            if (IsClosed)
            {
                return;
            }

            try
            {
                Apply();
                RecordConnectionString();
            }
#pragma warning disable CA1031 // A source of the configuration may throw anything. The pool keeps its settings.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                ConfigurationLog.ReloadFailed(logger, pool.Name, exception);
            }
        }
    }

    private void Apply()
    {
        try
        {
            var options = new ConnectionPoolOptions(codeOptions);
            PoolSection.Read(configuration, pool.Name, options, findBudget);
            pool.Reconfigure(options);
            _rejected = null;
        }
        catch (PoolOptionsException exception)
        {
            // Logs equal problems once, because another part of the configuration may change every minute.
            var problems = string.Join(" ", exception.Problems);
            if (problems != _rejected)
            {
                ConfigurationLog.ReloadRefused(logger, pool.Name, problems);
                _rejected = problems;
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
