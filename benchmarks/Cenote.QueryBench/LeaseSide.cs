namespace Cenote.QueryBench;

/// <summary>A lease for each query; the command is the driver's own.</summary>
internal sealed class LeaseSide(ConnectionPool pool, string name = "lease") : ISide
{
    public string Name => name;

    public async ValueTask QueryAsync()
    {
        await using var lease = await pool.RentAsync();
        await using var command = lease.Connection.CreateCommand();
        command.CommandText = Statement.Text;
        await command.ExecuteScalarAsync();
    }

    public void Query()
    {
        using var lease = pool.Rent();
        using var command = lease.Connection.CreateCommand();
        command.CommandText = Statement.Text;
        command.ExecuteScalar();
    }

    public ValueTask DisposeAsync() => pool.DisposeAsync();
}
