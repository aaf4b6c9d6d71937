namespace Cenote.QueryBench;

/// <summary>A <see cref="PooledConnection"/> for each query. Shares the pool of the leases.</summary>
internal sealed class ConnectionSide(ConnectionPool pool) : ISide
{
    public string Name => "connection";

    public async ValueTask QueryAsync()
    {
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = Statement.Text;
        await command.ExecuteScalarAsync();
    }

    public void Query()
    {
        using var connection = pool.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = Statement.Text;
        command.ExecuteScalar();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
