using System.Data.Common;

namespace Cenote.Benchmarks.Cycles;

/// <summary>Open and dispose of a connection of the driver's own pool.</summary>
internal sealed class DriverCycle(DbDataSource dataSource) : ICycle
{
    public void Run(int worker, int count)
    {
        for (var i = 0; i < count; i++)
        {
            dataSource.OpenConnection().Dispose();
        }
    }

    public void Dispose() => dataSource.Dispose();
}
