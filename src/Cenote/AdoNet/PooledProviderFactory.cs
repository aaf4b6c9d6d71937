using System.Data.Common;

namespace Cenote.AdoNet;

/// <summary>
/// The provider factory of pooled connections: what it makes works together and on them. Parameters, batch commands and
/// connection string builders are the driver's own, as everywhere.
/// </summary>
/// <param name="home">Gives the pool whose driver makes commands.</param>
/// <param name="createConnection">Makes a closed connection.</param>
internal sealed class PooledProviderFactory(Func<ConnectionPool> home, Func<PooledConnection> createConnection) : DbProviderFactory
{
    private DbProviderFactory Driver => home().Provider.Factory;

    public override bool CanCreateBatch => Driver.CanCreateBatch;

    public override bool CanCreateCommandBuilder => Driver.CanCreateCommandBuilder;

    /// <summary>Always: an adapter needs nothing of the driver but commands.</summary>
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

    /// <summary>A view of the same connections, for code that disposes of the data source that it made.</summary>
    public override DbDataSource CreateDataSource(string connectionString)
    {
        home().ThrowIfOtherConnectionString(connectionString);
        return new RentedDataSource(home, createConnection);
    }
}
