using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Cenote.DependencyInjection;

/// <summary>A running pool and its configuration.</summary>
/// <param name="pool">The running pool.</param>
/// <param name="keys">Where the configuration has what belongs to it.</param>
/// <param name="codeOptions">The options of the code. Each reload applies the configuration to a copy of them.</param>
/// <param name="connectionString">The connection string of the configuration when the pool was constructed.</param>
/// <param name="configuration">The configuration with the settings and the connection string.</param>
/// <param name="findBudget">Returns the budget of a name.</param>
/// <param name="logger">The logger for rejected changes.</param>
internal sealed class FollowedPool(
    ConnectionPool pool,
    PoolKeys keys,
    ConnectionPoolOptions codeOptions,
    string? connectionString,
    IConfiguration configuration,
    Func<string, ConnectionBudget> findBudget,
    ILogger logger)
    : IFollowing
{
    private string? _connectionString = connectionString;
    private string? _problems;
    private string? _logged;

    public bool IsClosed => pool.GetStatistics().State == PoolState.Closed;

    public bool TryReload()
    {
        if (IsClosed)
        {
            return true;
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
            return true;
        }

        return _problems is null;
    }

    public void LogRefusal()
    {
        if (_problems != _logged)
        {
            ConfigurationLog.ReloadRefused(logger, pool.Name, _problems!);
            _logged = _problems;
        }
    }

    private void Apply()
    {
        _problems = null;
        try
        {
            var options = new ConnectionPoolOptions(codeOptions);
            PoolSection.Read(configuration, keys, options, findBudget);
            pool.Reconfigure(options);
            _logged = null;
        }
        catch (PoolOptionsException exception)
        {
            _problems = string.Join(" ", exception.Problems);
        }
    }

    private void RecordConnectionString()
    {
        var current = configuration[keys.ConnectionString];
        if (current != _connectionString)
        {
            _connectionString = current;
            ConfigurationLog.ConnectionStringChanged(logger, pool.Name);
        }
    }
}
