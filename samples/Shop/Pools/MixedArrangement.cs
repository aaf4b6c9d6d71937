using Cenote.Shop.Clients;
using Cenote.Shop.Database;

namespace Cenote.Shop.Pools;

/// <summary>One pool for everything.</summary>
internal sealed class MixedArrangement : Arrangement
{
    private readonly ConnectionPool _pool;

    public MixedArrangement(ShopDatabase database, PoolSizes sizes, OperationMeters runMeters, TimeProvider clock)
        : base(runMeters, clock)
    {
        _pool = new ConnectionPool(
            database.CreateProvider(),
            new ConnectionPoolOptions { Name = "shop/mixed", MinSize = sizes.Minimum, MaxSize = sizes.Maximum, TimeProvider = clock });
        ForReading = new WatchedPool(PoolPart.Mixed, _pool);
        Pools = [ForReading];
    }

    public override ArrangementKind Kind => ArrangementKind.Mixed;

    public override IReadOnlyList<WatchedPool> Pools { get; }

    public override WatchedPool ForReading { get; }

    public override WatchedPool ForWriting => ForReading;

    public override ValueTask<ConnectionLease> RentForReadingAsync(CancellationToken cancellationToken, string filePath, int lineNumber, string memberName) =>
        _pool.RentAsync(cancellationToken, filePath, lineNumber, memberName);

    public override ValueTask<ConnectionLease> RentForWritingAsync(CancellationToken cancellationToken, string filePath, int lineNumber, string memberName) =>
        _pool.RentAsync(cancellationToken, filePath, lineNumber, memberName);

    public override ValueTask<PooledConnection> OpenForWritingAsync(CancellationToken cancellationToken, string filePath, int lineNumber, string memberName) =>
        _pool.OpenConnectionAsync(cancellationToken, filePath, lineNumber, memberName);

    public override ValueTask DisposeAsync() => _pool.DisposeAsync();
}
