using Cenote.EntityFrameworkCore.Configuration;
using Cenote.Providers;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Databases;

/// <summary>
/// The provider's database creator, with the driver's own connection for creating and deleting a database and for
/// checking whether it exists. A pool cannot connect to a database that does not exist, and providers cast connections
/// to their driver's type. Everything else uses the pool.
/// </summary>
internal sealed class PooledDatabaseCreator : RelationalDatabaseCreator
{
    private readonly IRelationalDatabaseCreator _pooled;
    private readonly AdministrativeCreator _administrative;
    private readonly IDbContextOptions _options;

    private PooledDatabaseCreator(
        RelationalDatabaseCreatorDependencies dependencies, IRelationalDatabaseCreator pooled, AdministrativeCreator administrative, IDbContextOptions options)
        : base(dependencies)
    {
        _pooled = pooled;
        _administrative = administrative;
        _options = options;
    }

    private ConnectionPool Pool => _options.FindExtension<PoolOptionsExtension>()!.FindPool(_options);

    private IEnumerable<ConnectionPool> Pools => _options.FindExtension<PoolOptionsExtension>()!.FindPools(_options);

    internal static IRelationalDatabaseCreator Over(IServiceProvider services, IRelationalDatabaseCreator pooled)
    {
        var dependencies = services.GetRequiredService<RelationalDatabaseCreatorDependencies>();
        var options = services.GetRequiredService<IDbContextOptions>();
        return new PooledDatabaseCreator(dependencies, pooled, new AdministrativeCreator(services, dependencies, options, pooled.GetType()), options);
    }

    // Through the pool, because health checks call this repeatedly to check whether the pool can serve.
    // EF Core checks whether the SQLite file exists instead, by a connection string that the context may not have.
    public override bool CanConnect()
    {
        // Found here so that its problems are thrown, because EF Core treats every exception as an unreachable
        // database.
        var pool = Pool;
        if (!_administrative.LooksForFile(pool))
        {
            return _pooled.CanConnect();
        }

        using var creator = _administrative.Begin(pool);
        return creator.Creator.CanConnect();
    }

    public override async Task<bool> CanConnectAsync(CancellationToken cancellationToken = default)
    {
        var pool = Pool;
        if (!_administrative.LooksForFile(pool))
        {
            return await _pooled.CanConnectAsync(cancellationToken).ConfigureAwait(false);
        }

        var creator = await _administrative.BeginAsync(pool, cancellationToken).ConfigureAwait(false);
        await using (creator.ConfigureAwait(false))
        {
            return await creator.Creator.CanConnectAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override bool HasTables() => _pooled.HasTables();

    public override Task<bool> HasTablesAsync(CancellationToken cancellationToken = default) => _pooled.HasTablesAsync(cancellationToken);

    public override void CreateTables() => _pooled.CreateTables();

    public override Task CreateTablesAsync(CancellationToken cancellationToken = default) => _pooled.CreateTablesAsync(cancellationToken);

    public override string GenerateCreateScript() => _pooled.GenerateCreateScript();

    public override bool Exists()
    {
        var pool = Pool;
        using var creator = _administrative.Begin(pool);
        return creator.Creator.Exists();
    }

    public override async Task<bool> ExistsAsync(CancellationToken cancellationToken = default)
    {
        var creator = await _administrative.BeginAsync(Pool, cancellationToken).ConfigureAwait(false);
        await using (creator.ConfigureAwait(false))
        {
            return await creator.Creator.ExistsAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override void Create()
    {
        var pool = Pool;
        using (var creator = _administrative.Begin(pool))
        {
            creator.Creator.Create();
        }

        Recover();
    }

    public override async Task CreateAsync(CancellationToken cancellationToken = default)
    {
        var pool = Pool;
        var creator = await _administrative.BeginAsync(pool, cancellationToken).ConfigureAwait(false);
        await using (creator.ConfigureAwait(false))
        {
            await creator.Creator.CreateAsync(cancellationToken).ConfigureAwait(false);
        }

        Recover();
    }

    public override void Delete()
    {
        var pool = Pool;
        ClearAll(isDeleted: false);
        using (var creator = _administrative.Begin(pool))
        {
            creator.Creator.Delete();
        }

        // Replaces connections that were opened or used meanwhile, to a deleted file or a session that the server has
        // ended.
        ClearAll(isDeleted: true);
    }

    public override async Task DeleteAsync(CancellationToken cancellationToken = default)
    {
        var pool = Pool;
        ClearAll(isDeleted: false);
        var creator = await _administrative.BeginAsync(pool, cancellationToken).ConfigureAwait(false);
        await using (creator.ConfigureAwait(false))
        {
            await creator.Creator.DeleteAsync(cancellationToken).ConfigureAwait(false);
        }

        ClearAll(isDeleted: true);
    }

    // The pool need not wait until its next attempt to connect to a database that did not exist before.
    private void Recover()
    {
        foreach (var pool in Pools)
        {
            // A database of the same name may have existed before.
            (pool.Provider as ITypeCache)?.ClearTypeCache();
            if (pool.GetCircuitStatus() is { IsIsolated: false, LastFailure: not null })
            {
                pool.CloseCircuit();
            }
        }
    }

    private void ClearAll(bool isDeleted)
    {
        foreach (var pool in Pools)
        {
            if (isDeleted)
            {
                (pool.Provider as ITypeCache)?.ClearTypeCache();
            }

            pool.Clear();
        }
    }
}
