namespace Cenote;

// What an operator does to a running pool.
public sealed partial class ConnectionPool
{
    /// <summary>One consistent snapshot of the pool's numbers.</summary>
    public PoolStatistics GetStatistics() => _engine.Statistics.Read();

    /// <summary>Opens connections until the given number is open, and waits for them.</summary>
    /// <param name="target">Open connections wanted; <see langword="null"/> for the minimum size. 0 to the maximum
    /// size.</param>
    /// <param name="progress">Told the number of open connections after each one, up to the target.</param>
    /// <param name="cancellationToken">Ends the wait; connections already being opened join the pool.</param>
    /// <exception cref="ConnectionOpenException">A connection could not be opened, retries included.</exception>
    /// <exception cref="PoolClosedException">The pool was closed meanwhile.</exception>
    public Task WarmUpAsync(int? target = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        _engine.Operations.WarmUpAsync(target, progress, cancellationToken);

    /// <summary>
    /// Validates every connection that is idle now, and closes those that are dead. Connections in use are not touched.
    /// </summary>
    /// <param name="cancellationToken">Ends the call; validations under way come to their end.</param>
    /// <returns>How many proved to be alive. One that was lent before its turn came is not counted.</returns>
    /// <exception cref="PoolClosedException">The pool is closed.</exception>
    public Task<int> ValidateIdleAsync(CancellationToken cancellationToken = default) => _engine.Operations.ValidateIdleAsync(cancellationToken);

    /// <summary>Waits until the minimum size is open, however long the database takes to appear.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PoolClosedException">The pool was closed meanwhile.</exception>
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken = default) => _engine.Operations.WaitUntilReadyAsync(cancellationToken);

    /// <summary>
    /// Waits for a moment at which nobody holds a connection or waits for one, and none is being cleared or closed. One
    /// that is being opened, for nobody then, does not count: a server that does not answer holds nobody up.
    /// The pool goes on lending meanwhile and afterwards: an end without refusing anybody, where
    /// <see cref="DrainAsync"/> makes callers queue.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PoolClosedException">The pool was closed meanwhile.</exception>
    public Task WaitUntilIdleAsync(CancellationToken cancellationToken = default) => _engine.Operations.WaitUntilIdleAsync(cancellationToken);

    /// <summary>
    /// Changes the size of the running pool. Connections above the new maximum close as they come back.
    /// </summary>
    /// <param name="minSize">The new minimum, 0 to <paramref name="maxSize"/>.</param>
    /// <param name="maxSize">The new maximum, 1 to 10,000.</param>
    /// <exception cref="PoolOptionsException">The sizes cannot work.</exception>
    public void Resize(int minSize, int maxSize) => _engine.Operations.Resize(minSize, maxSize);

    /// <summary>
    /// Makes the running pool follow changed settings: sizes, <see cref="ConnectionPoolOptions.AcquireTimeout"/>,
    /// <see cref="ConnectionPoolOptions.MaxIdleTime"/>, <see cref="ConnectionPoolOptions.MaxLifetime"/> (of connections
    /// opened from now on), <see cref="ConnectionPoolOptions.ValidationInterval"/>,
    /// <see cref="ConnectionPoolOptions.ValidationTimeout"/>, <see cref="ConnectionPoolOptions.MaxWaiters"/> and
    /// <see cref="ConnectionPoolOptions.LeakDetection"/>. All of them, or, when one cannot work, none. Waits under way
    /// keep the timeout that they began with; sizes set by <see cref="Resize"/> stay unless the configured sizes
    /// change.
    /// </summary>
    /// <param name="options">All settings, not only the changed ones: those of the pool's construction, with changes.
    /// Read once.</param>
    /// <returns>The names of changed settings that only a new pool can follow; also logged. Empty when there are
    /// none.</returns>
    /// <exception cref="PoolOptionsException">Settings cannot work; names every problem. Nothing is
    /// changed.</exception>
    public IReadOnlyList<string> Reconfigure(ConnectionPoolOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return _engine.Operations.Reconfigure(options);
    }

    /// <summary>
    /// Stops lending: callers queue until <see cref="Resume"/> or their timeout. Leases in use are not touched.
    /// </summary>
    public void Suspend() => _engine.Operations.Suspend();

    /// <summary>Lends again after <see cref="Suspend"/> or <see cref="DrainAsync"/>.</summary>
    public void Resume() => _engine.Operations.Resume();

    /// <summary>
    /// Stops lending, waits until every lease is back, and closes every connection. The pool stays suspended:
    /// <see cref="Resume"/> fills it again, disposing ends it.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; the pool stays suspended, and connections still close as they
    /// come back.</param>
    public Task DrainAsync(CancellationToken cancellationToken = default) => _engine.Operations.DrainAsync(cancellationToken);

    /// <summary>
    /// Starts a new generation: idle connections close now, leased ones as they come back, and new ones take their
    /// place. Opens that are under way end, and callers that wait for them get fresh ones at once.
    /// </summary>
    public void Clear() => _engine.Operations.Clear();

    /// <summary>The circuit as it is now.</summary>
    public CircuitStatus GetCircuitStatus() => _engine.Desk.GetCircuitStatus();

    /// <summary>
    /// Opens the circuit by hand: no caller gets a connection, and waiting callers are refused, until
    /// <see cref="CloseCircuit"/>. Leases in use are not touched.
    /// </summary>
    public void IsolateCircuit() => _engine.Desk.IsolateCircuit();

    /// <summary>Closes the circuit, however it was opened: the pool opens connections again at once.</summary>
    public void CloseCircuit() => _engine.Desk.CloseCircuit();

    /// <summary>
    /// Raised after each change of the circuit, in their order, on the thread pool, not under any lock. What handlers
    /// throw is logged.
    /// </summary>
    public event EventHandler<CircuitChangedEventArgs>? CircuitChanged
    {
        add => _engine.CircuitChanged.Occurred += value;
        remove => _engine.CircuitChanged.Occurred -= value;
    }

    /// <summary>
    /// Raised when a connection in use, being checked or being cleared proves that its server may be lost, or refuses
    /// writes: what a router or a monitor wants to know at once. Failures to connect are told by
    /// <see cref="CircuitChanged"/>.
    /// </summary>
    /// <remarks>
    /// Handlers run on the thread pool, one report after the other; what they throw is logged. Reports that wait for a
    /// handler which hangs are dropped beyond 1,000, the oldest first.
    /// </remarks>
    public event EventHandler<FailureObservedEventArgs>? FailureObserved
    {
        add => _engine.FailureObserved.Occurred += value;
        remove => _engine.FailureObserved.Occurred -= value;
    }

    /// <summary>
    /// Closes the pool: waiters fail at once, idle connections close, leases in use work until they are returned.
    /// </summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _engine.Lifecycle.Close();
        }

        base.Dispose(disposing);
    }

    /// <summary>
    /// Closes the pool as <see cref="Dispose"/> does, and waits until the connections that were idle are closed.
    /// </summary>
    protected override async ValueTask DisposeAsyncCore()
    {
        await _engine.Lifecycle.CloseAsync().ConfigureAwait(false);
        await base.DisposeAsyncCore().ConfigureAwait(false);
    }
}
