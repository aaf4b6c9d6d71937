using System.Data.Common;

namespace Cenote.DependencyInjection;

/// <summary>
/// The <see cref="DbDataSource"/> of a pool or a replica set in the container. Disposing of it does nothing. A
/// container disposes of the results of its factories in the reverse order of their creation, and would close the pool
/// before services that use it.
/// </summary>
internal sealed class PoolDataSource(DbDataSource source) : DbDataSource
{
    public override string ConnectionString => source.ConnectionString;

    protected override DbConnection CreateDbConnection() => source.CreateConnection();

    protected override DbConnection OpenDbConnection() => source.OpenConnection();

    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) =>
        source.OpenConnectionAsync(cancellationToken);

    protected override DbCommand CreateDbCommand(string? commandText = null) => source.CreateCommand(commandText);

    protected override DbBatch CreateDbBatch() => source.CreateBatch();
}
