using System.Data.Common;

namespace Cenote.QueryBench;

/// <summary>A connection of the driver's own pool for each query.</summary>
internal sealed class DriverSide(string name, DbDataSource dataSource) : ISide
{
    public string Name => name;

    public async ValueTask QueryAsync()
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = Query.Text;
        await command.ExecuteScalarAsync();
    }

    public ValueTask DisposeAsync() => dataSource.DisposeAsync();
}
