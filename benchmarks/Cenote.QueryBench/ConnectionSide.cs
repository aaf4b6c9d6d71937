namespace Cenote.QueryBench;

/// <summary>A <see cref="PooledConnection"/> for each query.</summary>
/// <param name="pool">The pool.</param>
/// <param name="name">The name.</param>
/// <param name="ownsPool">Whether the side disposes of the pool. Otherwise it shares the pool of the leases.</param>
internal sealed class ConnectionSide(ConnectionPool pool, string name = "connection", bool ownsPool = false) : ISide
{
    public string Name => name;

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

    public ValueTask DisposeAsync() => ownsPool ? pool.DisposeAsync() : ValueTask.CompletedTask;
}
