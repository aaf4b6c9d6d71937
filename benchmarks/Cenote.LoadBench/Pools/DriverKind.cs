using System.Data.Common;
using Cenote.LoadBench.Sides;

namespace Cenote.LoadBench.Pools;

/// <summary>A driver's own pool.</summary>
/// <param name="name">The driver.</param>
/// <param name="database">The server.</param>
/// <param name="create">Creates a pool from a connection string, a minimum and a maximum size.</param>
internal sealed class DriverKind(string name, Database database, Func<string, int, int, (Func<DbConnection> Connect, Action Close)> create)
    : PoolKind<DriverSide, DbConnection>(name, database.Setting), IServerPool<DbConnection>
{
    public Database Database => database;

    internal override bool HasQueue => database.IsServer;

    internal override string? Footnote => database.IsServer ? null : "no limit and no queue: each caller that finds no idle connection opens one";

    public DbConnection ConnectionOf(DbConnection item) => item;

    internal override async Task<PeerPool<DriverSide>> CreateAsync(int size)
    {
        var pool = Create(database.ConnectionString, size, size, static () => 0, static () => { });
        await FillAsync(pool.Side, size);
        return pool;
    }

    internal override Task<PeerPool<DriverSide>> CreateColdAsync(int minSize, int maxSize, TimeSpan openTime)
    {
        var door = database.OpenDoor(openTime);
        return Task.FromResult(Create(database.Behind(door), minSize, maxSize, () => door.Opens, door.Dispose));
    }

    private PeerPool<DriverSide> Create(string connectionString, int minSize, int maxSize, Func<int> countOpens, Action close)
    {
        var pool = create(connectionString, minSize, maxSize);
        return new PeerPool<DriverSide>(new DriverSide(pool.Connect), countOpens, () =>
        {
            pool.Close();
            close();
        });
    }
}
