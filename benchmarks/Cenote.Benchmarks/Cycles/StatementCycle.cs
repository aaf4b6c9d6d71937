using System.Data.Common;

namespace Cenote.Benchmarks.Cycles;

/// <summary>Open, one <c>SELECT 1</c> and dispose of everything, on a data source of either side.</summary>
internal sealed class StatementCycle(DbDataSource source, Action end) : ICycle
{
    public void Run(int worker, int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var connection = source.OpenConnection();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1";
            command.ExecuteScalar();
        }
    }

    public void Dispose() => end();
}
