using System.Data.Common;

namespace Cenote.AdoNet;

/// <summary>
/// The provider factory of pooled connections. Its objects work together and on pooled connections. Parameters, batch
/// commands and connection string builders are the driver's own.
/// </summary>
/// <param name="home">Gets the pool whose driver creates commands.</param>
/// <param name="createConnection">Creates a closed connection.</param>
internal sealed class PooledProviderFactory(Func<ConnectionPool> home, Func<PooledConnection> createConnection) : DbProviderFactory
{
    private DbProviderFactory Driver => home().Provider.Factory;

    public override bool CanCreateBatch => Driver.CanCreateBatch;

    public override bool CanCreateCommandBuilder => Driver.CanCreateCommandBuilder;

    /// <summary>Gets <see langword="true"/>, because an adapter only needs the driver's commands.</summary>
    public override bool CanCreateDataAdapter => true;

    public override bool CanCreateDataSourceEnumerator => Driver.CanCreateDataSourceEnumerator;

    public override DbConnection CreateConnection() => createConnection();

    public override DbCommand CreateCommand() => new PooledCommand(home(), connection: null, opensConnection: false);

    public override DbBatch CreateBatch() => new PooledBatch(home(), connection: null, opensConnection: false);

    public override DbBatchCommand CreateBatchCommand() => Driver.CreateBatchCommand();

    public override DbParameter? CreateParameter() => Driver.CreateParameter();

    public override DbConnectionStringBuilder? CreateConnectionStringBuilder() => Driver.CreateConnectionStringBuilder();

    public override DbDataAdapter CreateDataAdapter() => new PooledDataAdapter(Driver);

    public override DbCommandBuilder? CreateCommandBuilder() =>
        Driver.CreateCommandBuilder() is { } builder ? new PooledCommandBuilder(builder) : null;

    public override DbDataSourceEnumerator? CreateDataSourceEnumerator() => Driver.CreateDataSourceEnumerator();

    /// <summary>Creates a view of the same connections, for code that disposes of the data source.</summary>
    public override DbDataSource CreateDataSource(string connectionString)
    {
        home().ThrowIfOtherConnectionString(connectionString);
        return new RentedDataSource(home, createConnection);
    }
}
