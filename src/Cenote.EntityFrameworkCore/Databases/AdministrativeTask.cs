using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Databases;

/// <summary>
/// A creator with its connection, and the driver's connection if the pool created it.
/// </summary>
internal sealed class AdministrativeTask(IRelationalDatabaseCreator creator, IRelationalConnection? connection, DedicatedConnection? dedicated)
    : IDisposable, IAsyncDisposable
{
    internal IRelationalDatabaseCreator Creator => creator;

    public void Dispose()
    {
        connection?.Dispose();
        dedicated?.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (connection is not null)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }

        if (dedicated is not null)
        {
            await dedicated.DisposeAsync().ConfigureAwait(false);
        }
    }
}
