using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Testing;

namespace Cenote.ReadReplicasTests.Servers;

/// <summary>A set over real servers, the primary first: <c>db1</c>, <c>db2</c>, …</summary>
internal sealed class RealSet : IAsyncDisposable
{
    private readonly Channel<TopologyChange> _changes = Channel.CreateUnbounded<TopologyChange>();
    private readonly ConcurrentQueue<string> _told = new();

    private RealSet(IEnumerable<DatabaseProvider> servers, Action<ReplicaSetOptions>? configure, int poolSize)
    {
        var builder = new ReplicaSetBuilder("real").Configure(options =>
        {
            options.LoggerFactory = new SingleLoggerFactory(Logger);
            options.ProbeInterval = TimeSpan.FromMilliseconds(100);
            options.SlowStartDuration = TimeSpan.Zero;

            // A busy machine is not a dead server: what is dead here refuses connections.
            options.ProbeTimeout = TimeSpan.FromMinutes(1); // the most that there is
            options.PrimaryTimeout = Patience.Limit;
            configure?.Invoke(options);
        });
        foreach (var (provider, number) in servers.Select(static (provider, index) => (provider, index + 1)))
        {
            void Configure(ConnectionPoolBuilder pool) => pool.UseProvider(provider).Configure(options =>
            {
                options.MinSize = 1;
                options.MaxSize = poolSize;
                options.MaxOpenRetries = 0;
                options.LoggerFactory = null;
            });

            var name = string.Create(CultureInfo.InvariantCulture, $"db{number}");
            _ = number == 1 ? builder.AddPrimary(name, Configure) : builder.AddReplica(name, Configure);
        }

        Set = builder.Build();
        Set.TopologyChanged += (_, changed) =>
        {
            var change = changed.Change;
            _told.Enqueue($"{change.Kind} {change.Server.Name}: {change.Reason}");
            _changes.Writer.TryWrite(change);
        };
    }

    internal ReplicaSet Set { get; }

    internal FakeLogger Logger { get; } = new();

    /// <summary>A set in which every server serves.</summary>
    internal static async Task<RealSet> StartAsync(IEnumerable<DatabaseProvider> servers, Action<ReplicaSetOptions>? configure = null, int poolSize = 4)
    {
        var real = new RealSet(servers, configure, poolSize);
        await real.Set.WaitUntilReadyAsync(TestContext.Current.CancellationToken).Soon();
        await real.UntilAsync(static set => set.Servers.All(static server => server.State == ReplicaSetServerState.Serving), "every server serves");
        return real;
    }

    /// <summary>The next change of the kind that is about the server.</summary>
    internal async Task<TopologyChange> Change(TopologyChangeKind kind, string server)
    {
        try
        {
            while (true)
            {
                var change = await _changes.Reader.ReadAsync(TestContext.Current.CancellationToken).Soon();
                if (change.Kind == kind && change.Server.Name == server)
                {
                    return change;
                }
            }
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"No {kind} of {server}. {Describe()}", exception);
        }
    }

    internal async Task UntilAsync(Func<ReplicaSet, bool> isMet, string what)
    {
        if (!await Patience.UntilAsync(() => isMet(Set), Patience.Limit))
        {
            throw new TimeoutException($"Not yet: {what}. {Describe()}");
        }
    }

    internal ReplicaSetServer Server(string name) => Set.Servers.Single(server => server.Name == name);

    /// <summary>Writes, on whichever server takes it, as a client that tries again would.</summary>
    internal async Task WriteAsync(string statement)
    {
        Exception? failure = null;
        var isWritten = await Patience.UntilAsync(
            async () =>
            {
                try
                {
                    await using var connection = await Set.OpenWriteConnectionAsync(TestContext.Current.CancellationToken);
                    await ExecuteAsync(connection, statement);
                    return true;
                }
                catch (Exception exception) when (exception is DbException or PoolException)
                {
                    failure = exception;
                    return false;
                }
            },
            Patience.Limit);
        if (!isWritten)
        {
            throw new TimeoutException($"Not written. {Describe()}", failure);
        }
    }

    /// <summary>A number, from whichever server serves reads, and the server's name.</summary>
    internal async Task<(long Number, string Server)> ReadAsync(string query)
    {
        await using var lease = await Set.RentReadAsync(TestContext.Current.CancellationToken);
        await using var command = lease.Connection.CreateCommand();
        command.CommandText = query;
        return (Convert.ToInt64(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), CultureInfo.InvariantCulture), NameOf(lease));
    }

    internal string NameOf(in ConnectionLease lease)
    {
        var pool = lease.Pool;
        return Set.Servers.Single(server => server.Pool == pool).Name;
    }

    internal static async Task ExecuteAsync(DbConnection connection, string statement)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync() => await Set.DisposeAsync();

    private string Describe() =>
        $"Now: {string.Join("; ", Set.Servers.Select(static server => $"{server.Name} {server.Role} {server.State} at {server.Position}, lag {server.Lag}, {server.Reason}"))}. "
        + $"Told: {string.Join("; ", _told)}.";
}
