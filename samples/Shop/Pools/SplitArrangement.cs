using Cenote.Shop.Clients;
using Cenote.Shop.Database;

namespace Cenote.Shop.Pools;

/// <summary>One connection that writes and several that only read, behind a <see cref="ReplicaSet"/>.</summary>
internal sealed class SplitArrangement : Arrangement
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);

    private readonly ReplicaSet _set;
    private volatile bool _hasMovedCallers;

    private SplitArrangement(ReplicaSet set, OperationMeters runMeters, TimeProvider clock)
        : base(runMeters, clock)
    {
        _set = set;
        ForWriting = new WatchedPool(PoolPart.Writer, set.Servers[0].Pool);
        ForReading = new WatchedPool(PoolPart.Readers, set.Servers[1].Pool);
        Pools = [ForWriting, ForReading];
        set.TopologyChanged += (_, changed) =>
        {
            var change = changed.Change;
            if (change.Kind is not (TopologyChangeKind.ReplicaJoined or TopologyChangeKind.PrimaryChanged) || change.FormerPrimary is not null)
            {
                _hasMovedCallers = true;
            }
        };
    }

    public override ArrangementKind Kind => ArrangementKind.Split;

    public override IReadOnlyList<WatchedPool> Pools { get; }

    public override WatchedPool ForReading { get; }

    public override WatchedPool ForWriting { get; }

    public override ReplicaSet Router => _set;

    public override bool HasMovedCallers => _hasMovedCallers || _set.GetStatistics() is { ReadsOnPrimary: > 0 } or { ReadsRefused: > 0 } or { WritesRefused: > 0 };

    /// <summary>
    /// Opens the pools, the writer first: it gives the file its write-ahead log, which a reader that is there already
    /// would hinder.
    /// </summary>
    /// <exception cref="DatabaseUnreachableException">The writer cannot be opened, or the set does not come to terms
    /// with the file.</exception>
    public static async Task<SplitArrangement> OpenAsync(
        ShopDatabase database, PoolSizes sizes, OperationMeters runMeters, TimeProvider clock, CancellationToken cancellationToken)
    {
        var writer = await OpenWriterAsync(database, clock, cancellationToken);
        var readers = new ConnectionPool(
            database.CreateReadingProvider(),
            new ConnectionPoolOptions { Name = "shop/readers", MinSize = sizes.MinimumReaders, MaxSize = sizes.Readers, TimeProvider = clock });
        var set = Build(writer, readers, clock);
        var arrangement = new SplitArrangement(set, runMeters, clock);
        try
        {
            await set.WaitUntilReadyAsync(cancellationToken).WaitAsync(LongestStart, clock, CancellationToken.None);
            return arrangement;
        }
        catch (Exception exception)
        {
            await arrangement.DisposeAsync();
            if (exception is TimeoutException)
            {
                throw database.Unreachable("answers no probe of the replica set", exception);
            }

            throw;
        }
    }

    public override ValueTask<ConnectionLease> RentForReadingAsync(CancellationToken cancellationToken, string filePath, int lineNumber, string memberName) =>
        _set.RentReadAsync(cancellationToken, filePath, lineNumber, memberName);

    public override ValueTask<ConnectionLease> RentForWritingAsync(CancellationToken cancellationToken, string filePath, int lineNumber, string memberName) =>
        _set.RentWriteAsync(cancellationToken, filePath, lineNumber, memberName);

    public override ValueTask<PooledConnection> OpenForWritingAsync(CancellationToken cancellationToken, string filePath, int lineNumber, string memberName) =>
        _set.OpenWriteConnectionAsync(cancellationToken, filePath, lineNumber, memberName);

    public override async ValueTask DisposeAsync()
    {
        await _set.DisposeAsync();
        await ForReading.Pool.DisposeAsync();
        await ForWriting.Pool.DisposeAsync();
    }

    private static async Task<ConnectionPool> OpenWriterAsync(ShopDatabase database, TimeProvider clock, CancellationToken cancellationToken)
    {
        var pool = new ConnectionPool(
            database.CreateProvider(),
            new ConnectionPoolOptions { Name = "shop/writer", MinSize = 1, MaxSize = 1, TimeProvider = clock });
        try
        {
            await pool.WarmUpAsync(cancellationToken: cancellationToken);
            return pool;
        }
        catch (Exception exception)
        {
            await pool.DisposeAsync();
            if (exception is PoolException)
            {
                throw database.Unreachable("cannot be opened for writing", exception);
            }

            throw;
        }
    }

    private static ReplicaSet Build(ConnectionPool writer, ConnectionPool readers, TimeProvider clock) =>
        new ReplicaSetBuilder("shop")
            .AddPrimary("writer", writer)
            .AddReplica("readers", readers)
            .Configure(options =>
            {
                options.TimeProvider = clock;

                // A file of this machine does not go silent: a late probe tells of a busy machine, and moving reads to
                // the one writer would not help it.
                options.ProbeTimeout = LongestStart;
            })
            .Build();
}
