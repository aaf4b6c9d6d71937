namespace Cenote;

// Connections beside the pool.
public sealed partial class ConnectionPool
{
    /// <summary>
    /// Opens a connection outside the pool, with the pool's credentials and
    /// <see cref="ConnectionPoolOptions.ConnectTimeout"/>, in one try. It waits for nobody, neither in the queue nor
    /// for the circuit.
    /// </summary>
    /// <param name="cancellationToken">Ends the try.</param>
    /// <exception cref="TimeoutException">The server did not answer in time.</exception>
    /// <exception cref="System.Data.Common.DbException">The driver's own, when it cannot connect.</exception>
    /// <exception cref="PoolClosedException">The pool is closed.</exception>
    /// <exception cref="NotSupportedException">The caller is in an ambient transaction, see
    /// <see cref="ConnectionPoolOptions.AmbientTransactionBehavior"/>.</exception>
    public ValueTask<DedicatedConnection> OpenDedicatedConnectionAsync(CancellationToken cancellationToken = default) => IsInAmbientTransaction
        ? ValueTask.FromException<DedicatedConnection>(InAmbientTransaction())
        : _engine.Dedicated.OpenAsync(cancellationToken);

    /// <summary>
    /// Creates a connection outside the pool, with the pool's credentials, and does not open it: for code that looks
    /// whether the database exists, or creates it. The server is told no
    /// <see cref="ConnectionPoolOptions.QueryTimeout"/>.
    /// </summary>
    /// <param name="cancellationToken">A token to cancel the request for credentials.</param>
    /// <exception cref="PoolClosedException">The pool is closed.</exception>
    public ValueTask<DedicatedConnection> CreateDedicatedConnectionAsync(CancellationToken cancellationToken = default) => _engine.Dedicated.CreateAsync(cancellationToken);

    /// <summary>
    /// Creates a connection as <see cref="CreateDedicatedConnectionAsync"/> does, blocking the calling thread while
    /// <see cref="ConnectionPoolOptions.CredentialsProvider"/> is asked.
    /// </summary>
    /// <exception cref="PoolClosedException">The pool is closed.</exception>
    public DedicatedConnection CreateDedicatedConnection() => _engine.Dedicated.Create();
}
