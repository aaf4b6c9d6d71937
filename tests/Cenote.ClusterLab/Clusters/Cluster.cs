using System.Globalization;
using Cenote.Providers;
using Cenote.TestServers.Processes;

namespace Cenote.ClusterLab.Clusters;

/// <summary>
/// Three servers that hold the same data and choose among themselves who takes writes. A server is known by its port.
/// </summary>
internal abstract class Cluster : IAsyncDisposable
{
    /// <summary>The user that the pools connect as: an ordinary one.</summary>
    protected const string User = "worker";

    private readonly LabDirectory _directory;
    private Sweeper? _sweeper;

    protected Cluster(LabDirectory directory) => _directory = directory;

    internal abstract string Name { get; }

    internal abstract string Versions { get; }

    /// <summary>Where clients connect to, one port a server.</summary>
    internal abstract IReadOnlyList<int> Ports { get; }

    /// <summary>
    /// Whether a server that is not written to says that it is a replica; in the other kind of cluster all are alike.
    /// </summary>
    internal abstract bool HasReplicas { get; }

    /// <summary>Adds row @number of @client, and tells which server did it.</summary>
    internal abstract string Insert { get; }

    /// <summary>Tells which server answers, whether it takes writes, and the last row of @client there.</summary>
    internal abstract string Look { get; }

    /// <summary>The administrator's query for all rows: client, number.</summary>
    internal abstract string AllRows { get; }

    internal string Directory => _directory.Path;

    protected string Password { get; } = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(12));

    internal abstract string ConnectionString(int port);

    internal abstract DatabaseProvider CreateProvider(int port);

    internal abstract DbConnection CreateAdminConnection(int port);

    /// <summary>
    /// Whether the cluster has done its part after the death of a server: one of the others takes writes.
    /// </summary>
    internal abstract ValueTask<bool> HasRecoveredAsync(int without);

    /// <summary>
    /// From now on nothing of what the server commits reaches the others, who still take it for well; until it is
    /// killed. Where a commit is the work of all, there is nothing to hold up.
    /// </summary>
    internal virtual Task HoldUpReplicationAsync(int port) => Task.CompletedTask;

    /// <summary>Ends a server as the death of its machine would.</summary>
    internal abstract Task KillAsync(int port);

    /// <summary>Starts a killed server again, and lets it find its own way back.</summary>
    internal abstract Task RestartAsync(int port);

    protected abstract Task StartServersAsync();

    /// <summary>Ends what is left, without waiting for each.</summary>
    protected abstract ValueTask StopServersAsync(Sweeper sweeper);

    /// <exception cref="InvalidOperationException">It did not come up; quotes what it wrote.</exception>
    internal async Task StartAsync()
    {
        _sweeper = await Sweeper.StartAsync(Directory);
        await StartServersAsync();
    }

    internal async Task ExecuteAsync(int port, params string[] statements)
    {
        await using var admin = CreateAdminConnection(port);
        await admin.OpenAsync();
        foreach (var statement in statements)
        {
            await using var command = admin.CreateCommand();
            command.CommandText = statement;
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>The answer of one server to a query of one value; null when it does not answer.</summary>
    internal async ValueTask<string?> AskAsync(int port, string query)
    {
        try
        {
            await using var admin = CreateAdminConnection(port);
            await admin.OpenAsync();
            await using var command = admin.CreateCommand();
            command.CommandText = query;
            return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
        }
        catch (DbException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_sweeper is not null)
        {
            await StopServersAsync(_sweeper);
            await _sweeper.DisposeAsync();
        }

        _directory.Dispose();
    }

    protected static async Task SoonAsync(Func<ValueTask<bool>> isMet, string what)
    {
        if (!await Patience.UntilAsync(isMet, Patience.Limit))
        {
            throw new InvalidOperationException($"Not within {Patience.Limit.TotalSeconds} s: {what}.");
        }
    }
}
