namespace Cenote.QueryBench;

/// <summary>A lease for each query; the command is the driver's own.</summary>
internal sealed class LeaseSide(ConnectionPool pool) : ISide
{
    public string Name => "lease";

    public async ValueTask QueryAsync()
    {
        await using var lease = await pool.RentAsync();
        await using var command = lease.Connection.CreateCommand();
        command.CommandText = Query.Text;
        await command.ExecuteScalarAsync();
    }

    public ValueTask DisposeAsync() => pool.DisposeAsync();
}
