using Cenote.Shop.Clients;

namespace Cenote.Shop.Pools;

/// <summary>The pools that clients work through for a time, and which of them serves what.</summary>
internal abstract class Arrangement : IAsyncDisposable
{
    private TimeSpan _worked;
    private long? _since;

    protected Arrangement(OperationMeters runMeters, TimeProvider clock)
    {
        Clock = clock;
        Meters = new OperationMeters(runMeters);
    }

    public abstract ArrangementKind Kind { get; }

    public abstract IReadOnlyList<WatchedPool> Pools { get; }

    /// <summary>What routes between the pools; <see langword="null"/> when nothing has to.</summary>
    public virtual ReplicaSet? Router => null;

    /// <summary>The pool that reads are meant for.</summary>
    public abstract WatchedPool ForReading { get; }

    /// <summary>The pool that writes are meant for.</summary>
    public abstract WatchedPool ForWriting { get; }

    /// <summary>
    /// Whether callers may have been moved from one pool to another, so that a pool counts what no caller was told.
    /// </summary>
    public virtual bool HasMovedCallers => false;

    /// <summary>All that clients did with it.</summary>
    public OperationMeters Meters { get; }

    protected TimeProvider Clock { get; }

    public abstract ValueTask<ConnectionLease> RentForReadingAsync(CancellationToken cancellationToken, string filePath, int lineNumber, string memberName);

    public abstract ValueTask<ConnectionLease> RentForWritingAsync(CancellationToken cancellationToken, string filePath, int lineNumber, string memberName);

    public abstract ValueTask<PooledConnection> OpenForWritingAsync(CancellationToken cancellationToken, string filePath, int lineNumber, string memberName);

    public abstract ValueTask DisposeAsync();

    public WatchedPool Of(ConnectionPool pool) => Pools.First(watched => watched.Pool == pool);

    /// <summary>Notes that clients work with it from now on, until <see cref="End"/>.</summary>
    public void Begin()
    {
        lock (Meters)
        {
            _since = Clock.GetTimestamp();
        }
    }

    public void End()
    {
        lock (Meters)
        {
            _worked = Worked();
            _since = null;
        }
    }

    /// <summary>Called by the watcher alone.</summary>
    public ArrangementSight Look()
    {
        lock (Meters)
        {
            return new ArrangementSight(Kind, Meters, Worked(), [.. Pools.Select(pool => pool.Look())]);
        }
    }

    private TimeSpan Worked() => _since is { } since ? _worked + Clock.GetElapsedTime(since) : _worked;
}
