using System.Data.Common;

namespace Cenote.Benchmarks.Cycles;

/// <summary>Open and dispose of a connection of the driver's own pool, awaited.</summary>
internal sealed class AsyncDriverCycle(DbDataSource dataSource) : ICycle
{
    public void Run(int worker, int count) => RunAsync(count).GetAwaiter().GetResult();

    public void Dispose() => dataSource.Dispose();

    private async Task RunAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var connection = await dataSource.OpenConnectionAsync();
            await connection.DisposeAsync();
        }
    }
}
