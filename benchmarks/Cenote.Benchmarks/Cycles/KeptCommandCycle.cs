using System.Collections.Concurrent;
using System.Data.Common;

namespace Cenote.Benchmarks.Cycles;

/// <summary>
/// One statement with a command that is used again and again, on a connection that stays open: what the driver and the
/// server take without a pool and without new objects.
/// </summary>
internal sealed class KeptCommandCycle(DbDataSource source) : ICycle
{
    private readonly ConcurrentDictionary<int, DbCommand> _commands = [];

    public void Run(int worker, int count)
    {
        var command = _commands.GetOrAdd(worker, _ => Create());
        for (var i = 0; i < count; i++)
        {
            command.ExecuteScalar();
        }
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
        {
            var connection = command.Connection;
            command.Dispose();
            connection?.Dispose();
        }

        source.Dispose();
    }

    private DbCommand Create()
    {
        var command = source.OpenConnection().CreateCommand();
        command.CommandText = "SELECT 1";
        return command;
    }
}
