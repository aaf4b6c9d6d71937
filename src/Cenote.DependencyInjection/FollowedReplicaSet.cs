using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Cenote.DependencyInjection;

/// <summary>A running replica set and its configuration. The pools of its servers follow by themselves.</summary>
/// <param name="set">The running set.</param>
/// <param name="codeOptions">The options of the code. Each reload applies the configuration to a copy of them.</param>
/// <param name="servers">The servers of the configuration when the set was constructed.</param>
/// <param name="configuration">The configuration.</param>
/// <param name="logger">The logger for rejected changes.</param>
internal sealed class FollowedReplicaSet(
    ReplicaSet set, ReplicaSetOptions codeOptions, IReadOnlyList<ConfiguredServer> servers, IConfiguration configuration, ILogger logger)
    : IFollowing
{
    private IReadOnlyList<ConfiguredServer>? _lastServers;
    private string? _problems;
    private string? _logged;

    public bool IsClosed => set.IsClosed;

    public bool TryReload()
    {
        if (IsClosed)
        {
            return true;
        }

        try
        {
            _problems = Apply();
        }
#pragma warning disable CA1031 // A source of the configuration may throw anything. The set keeps its settings.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            ConfigurationLog.SetReloadFailed(logger, set.Name, exception);
            return true;
        }

        return _problems is null;
    }

    public void LogRefusal()
    {
        if (_problems != _logged)
        {
            ConfigurationLog.SetReloadRefused(logger, set.Name, _problems!);
            _logged = _problems;
        }
    }

    /// <returns>Every problem; <see langword="null"/> without one.</returns>
    private string? Apply()
    {
        var options = new ReplicaSetOptions(codeOptions);
        List<string> problems = [.. ReplicaSetSection.ReadSettings(configuration, set.Name, options)];
        var changed = ReplicaSetSection.ReadServers(configuration, set.Name, problems);
        if (problems.Count > 0)
        {
            return string.Join(" ", problems);
        }

        // The same strategy goes on, with its turns.
        if (options.Strategy.GetType() == set.Strategy.GetType())
        {
            options.Strategy = set.Strategy;
        }

        try
        {
            set.Reconfigure(options);
        }
        catch (ReplicaSetOptionsException exception)
        {
            return string.Join(" ", exception.Problems);
        }

        if (!changed.SequenceEqual(servers) && (_lastServers is null || !changed.SequenceEqual(_lastServers)))
        {
            ConfigurationLog.ServersChanged(logger, set.Name);
        }

        _lastServers = changed;

        _logged = null;
        return null;
    }
}
