using System.Data.Common;
using Cenote.Providers;

namespace Cenote;

/// <summary>
/// A connection outside the pool, made as the pool makes its own: same database, credentials and connect timeout. It counts for no size, is never lent to
/// anybody else, and nobody validates or replaces it. For what holds a connection for long: listening, probing, locks.
/// </summary>
/// <remarks>Not thread-safe, except that disposing more than once is harmless.</remarks>
public sealed class DedicatedConnection : IAsyncDisposable
{
    private readonly PhysicalConnection _physical;
    private int _isClosed;

    internal DedicatedConnection(PhysicalConnection physical) => _physical = physical;

    /// <summary>Gets the driver's connection: open, if <see cref="ConnectionPool.OpenDedicatedAsync"/> returned it.</summary>
    public DbConnection Connection => _physical.Connection;

    /// <summary>Closes the connection. What the driver throws in closing is swallowed: the connection is gone either way.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        try
        {
            await _physical.CloseAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nothing is left to be done with it, whatever went wrong.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
