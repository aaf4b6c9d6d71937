using System.Data.Common;
using Cenote.LoadBench.Sides;

namespace Cenote.LoadBench.Pools;

/// <summary>Our pool over a real driver, with its default settings.</summary>
internal sealed class CenoteDriverKind(string driver, Database database, Action<ConnectionPoolBuilder, string> use)
    : PoolKind<CenoteSide, ConnectionLease>($"Cenote over {driver}", database.Setting), IServerPool<ConnectionLease>
{
    public Database Database => database;

    public DbConnection ConnectionOf(ConnectionLease item) => item.Connection;

    internal override async Task<PeerPool<CenoteSide>> CreateAsync(int size)
    {
        var pool = Build(database.ConnectionString, size, size);
        await pool.WaitUntilReadyAsync();
        return new PeerPool<CenoteSide>(new CenoteSide(pool), static () => 0, pool.Dispose);
    }

    internal override Task<PeerPool<CenoteSide>> CreateColdAsync(int minSize, int maxSize, TimeSpan openTime)
    {
        var door = database.OpenDoor(openTime);
        var pool = Build(database.Behind(door), minSize, maxSize);
        return Task.FromResult(new PeerPool<CenoteSide>(new CenoteSide(pool), () => door.Opens, () =>
        {
            pool.Dispose();
            door.Dispose();
        }));
    }

    private ConnectionPool Build(string connectionString, int minSize, int maxSize)
    {
        var builder = new ConnectionPoolBuilder().WithSize(minSize, maxSize).WithAcquireTimeout(StubPools.Timeout);
        use(builder, connectionString);
        return builder.Build();
    }
}
