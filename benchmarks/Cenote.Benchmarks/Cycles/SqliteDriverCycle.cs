using Microsoft.Data.Sqlite;

namespace Cenote.Benchmarks.Cycles;

/// <summary>
/// Open and dispose of a pooled connection of Microsoft.Data.Sqlite, which has no data source of its own.
/// </summary>
internal sealed class SqliteDriverCycle(string connectionString) : ICycle
{
    public void Run(int worker, int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var connection = new SqliteConnection(connectionString);
            connection.Open();
        }
    }

    public void Dispose()
    {
        using var connection = new SqliteConnection(connectionString);
        SqliteConnection.ClearPool(connection);
    }
}
