using System.Data.Common;

namespace Cenote.DependencyInjection;

/// <summary>
/// A pool as the container hands it out for <see cref="DbDataSource"/>. Disposing of it does nothing: a container
/// disposes of whatever its factories return, in the reverse order in which services were first asked for, and would
/// otherwise close the pool before services that were given the pool earlier.
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
