namespace Cenote.QueryBench;

/// <summary>A <see cref="PooledConnection"/> for each query. Shares the pool of the leases.</summary>
internal sealed class ConnectionSide(ConnectionPool pool) : ISide
{
    public string Name => "connection";

    public async ValueTask QueryAsync()
    {
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = Query.Text;
        await command.ExecuteScalarAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
