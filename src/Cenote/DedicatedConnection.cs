using System.Data.Common;
using Cenote.Providers;

namespace Cenote;

/// <summary>
/// A connection outside the pool, with the pool's database, credentials and connect timeout. It does not count towards
/// the pool's size, is never rented to another caller, and is not validated or replaced. Use it for tasks that hold a
/// connection for long, such as listening, probing or locks.
/// </summary>
/// <remarks>Not thread-safe, except that disposing more than once is harmless.</remarks>
public sealed class DedicatedConnection : IAsyncDisposable, IDisposable
{
    private readonly PhysicalConnection _physical;
    private int _isClosed;

    internal DedicatedConnection(PhysicalConnection physical) => _physical = physical;

    /// <summary>
    /// Gets the driver's connection: open, if <see cref="ConnectionPool.OpenDedicatedConnectionAsync"/> returned it.
    /// </summary>
    public DbConnection Connection => _physical.Connection;

    /// <summary>
    /// Closes the connection with the driver's blocking <see cref="DbConnection.Close"/>. Exceptions of the driver are
    /// ignored, because the connection is not used again.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        try
        {
            Connection.Close();
        }
#pragma warning disable CA1031 // The connection is not used again, whatever went wrong.
        catch (Exception)
#pragma warning restore CA1031
        {
        }

        // The session has ended, or is in the driver's pool of one. The rest frees the driver's pool or data source,
        // which as a rule does not wait.
        FreeAsync().GetAwaiter().GetResult();
    }

    /// <summary>
    /// Closes the connection. Exceptions of the driver are ignored, because the connection is not used again.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        await FreeAsync().ConfigureAwait(false);
    }

    private async Task FreeAsync()
    {
        try
        {
            await _physical.CloseAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The connection is not used again, whatever went wrong.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
        finally
        {
            _physical.EndKept();
        }
    }
}
