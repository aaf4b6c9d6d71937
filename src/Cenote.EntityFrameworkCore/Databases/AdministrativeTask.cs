using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Databases;

/// <summary>A creator with the connection that was made for it.</summary>
internal sealed class AdministrativeTask(IRelationalDatabaseCreator creator, IRelationalConnection connection) : IDisposable, IAsyncDisposable
{
    internal IRelationalDatabaseCreator Creator => creator;

    public void Dispose() => connection.Dispose();

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
