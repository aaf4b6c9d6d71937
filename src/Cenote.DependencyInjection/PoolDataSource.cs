using System.Data.Common;

namespace Cenote.DependencyInjection;

/// <summary>
/// The <see cref="DbDataSource"/> of a pool in the container. Disposing of it does nothing. A container disposes of the
/// results of its factories in the reverse order of their creation, and would close the pool before services that use
/// it.
/// </summary>
internal sealed class PoolDataSource(ConnectionPool pool) : DbDataSource
{
    public override string ConnectionString => pool.ConnectionString;

    protected override DbConnection CreateDbConnection() => ((DbDataSource)pool).CreateConnection();

    protected override DbConnection OpenDbConnection() => ((DbDataSource)pool).OpenConnection();

    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) =>
        ((DbDataSource)pool).OpenConnectionAsync(cancellationToken);

    protected override DbCommand CreateDbCommand(string? commandText = null) => ((DbDataSource)pool).CreateCommand(commandText);

    protected override DbBatch CreateDbBatch() => ((DbDataSource)pool).CreateBatch();
}
