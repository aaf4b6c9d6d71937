namespace Cenote;

// Connections outside the pool.
public sealed partial class ConnectionPool
{
    /// <summary>
    /// Opens a connection outside the pool, with the pool's credentials and
    /// <see cref="ConnectionPoolOptions.ConnectTimeout"/>. It makes one attempt, and waits neither in the queue nor for
    /// the circuit.
    /// </summary>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <exception cref="PoolTimeoutException">The pool's <see cref="ConnectionBudget"/> had no connection for it within
    /// <see cref="ConnectionPoolOptions.AcquireTimeout"/>.</exception>
    /// <exception cref="TimeoutException">The server did not answer in time.</exception>
    /// <exception cref="System.Data.Common.DbException">The driver could not connect.</exception>
    /// <exception cref="PoolClosedException">The pool is closed.</exception>
    /// <exception cref="NotSupportedException">The caller is in an ambient transaction, which dedicated connections do
    /// not join, and the pool does not ignore it.</exception>
    public ValueTask<DedicatedConnection> OpenDedicatedConnectionAsync(CancellationToken cancellationToken = default) => IsInAmbientTransaction
        ? ValueTask.FromException<DedicatedConnection>(new NotSupportedException($"Pool '{Name}': a dedicated connection was requested within an ambient transaction (TransactionScope), which it does not join. Open it within a TransactionScope with TransactionScopeOption.Suppress."))
        : _engine.Dedicated.OpenAsync(cancellationToken);

    /// <summary>
    /// Creates a connection outside the pool, with the pool's credentials, without opening it. Use it to check whether
    /// the database exists, or to create it. <see cref="ConnectionPoolOptions.QueryTimeout"/> is not set on the server.
    /// </summary>
    /// <param name="cancellationToken">A token to cancel the wait for credentials.</param>
    /// <exception cref="PoolClosedException">The pool is closed.</exception>
    public ValueTask<DedicatedConnection> CreateDedicatedConnectionAsync(CancellationToken cancellationToken = default) => _engine.Dedicated.CreateAsync(cancellationToken);

    /// <summary>
    /// Creates a connection as <see cref="CreateDedicatedConnectionAsync"/> does, and blocks the calling thread while
    /// <see cref="ConnectionPoolOptions.CredentialsProvider"/> runs.
    /// </summary>
    /// <exception cref="PoolClosedException">The pool is closed.</exception>
    public DedicatedConnection CreateDedicatedConnection() => _engine.Dedicated.Create();
}
