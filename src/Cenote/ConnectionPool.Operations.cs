namespace Cenote;

// Operations on a running pool.
public sealed partial class ConnectionPool
{
    /// <summary>Gets one consistent snapshot of the pool's numbers.</summary>
    public PoolStatistics GetStatistics() => _engine.Statistics.Read();

    /// <summary>Opens connections until the given number is open, and waits for them.</summary>
    /// <param name="target">The number of open connections, 0 to the maximum size; <see langword="null"/> for the
    /// minimum size.</param>
    /// <param name="progress">Reports the number of open connections after each one, up to the target.</param>
    /// <param name="cancellationToken">A token to cancel the wait. Connections already being opened join the
    /// pool.</param>
    /// <remarks>With a <see cref="ConnectionBudget"/>, it waits until the budget has free connections, however long
    /// that takes.</remarks>
    /// <exception cref="ConnectionOpenException">A connection could not be opened, retries included.</exception>
    /// <exception cref="PoolClosedException">The pool was closed meanwhile.</exception>
    public Task WarmUpAsync(int? target = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        _engine.Operations.WarmUpAsync(target, progress, cancellationToken);

    /// <summary>Validates every idle connection and closes the dead ones. Connections in use are not touched.</summary>
    /// <param name="cancellationToken">A token to cancel the wait. Validations in progress run to their end.</param>
    /// <returns>The number of connections that are alive. A connection that was rented before its turn is not
    /// counted.</returns>
    /// <exception cref="PoolClosedException">The pool is closed.</exception>
    public Task<int> ValidateIdleAsync(CancellationToken cancellationToken = default) => _engine.Operations.ValidateIdleAsync(cancellationToken);

    /// <summary>Waits until the minimum size is open, however long the database takes to become available.</summary>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <exception cref="PoolClosedException">The pool was closed meanwhile.</exception>
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken = default) => _engine.Operations.WaitUntilReadyAsync(cancellationToken);

    /// <summary>
    /// Waits for a moment at which no connection is leased, reset or closed, and no caller waits. A connection that is
    /// being opened does not count, so a server that does not answer does not delay this.
    /// </summary>
    /// <remarks>
    /// Connections can be rented meanwhile and afterwards. <see cref="DrainAsync"/>, in contrast, makes callers queue.
    /// </remarks>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <exception cref="PoolClosedException">The pool was closed meanwhile.</exception>
    public Task WaitUntilIdleAsync(CancellationToken cancellationToken = default) => _engine.Operations.WaitUntilIdleAsync(cancellationToken);

    /// <summary>
    /// Changes the sizes of the running pool. Connections above the new maximum close when they are returned.
    /// </summary>
    /// <param name="minSize">The new minimum size, 0 to <paramref name="maxSize"/>.</param>
    /// <param name="maxSize">The new maximum size, 1 to 10,000.</param>
    /// <exception cref="PoolOptionsException">A size is out of range, or the budget would not guarantee the sizes, or
    /// the reserves of the lanes.</exception>
    public void Resize(int minSize, int maxSize) => _engine.Operations.Resize(minSize, maxSize);

    /// <summary>
    /// Changes the head-room, too. Otherwise as <see cref="Resize(int, int)"/>, which keeps it as far as the new size
    /// allows.
    /// </summary>
    /// <param name="minSize">The new minimum size, 0 to <paramref name="maxSize"/>.</param>
    /// <param name="maxSize">The new maximum size, 1 to 10,000.</param>
    /// <param name="minIdle">The new number of connections kept idle beyond those leased, 0 to
    /// <paramref name="maxSize"/>.</param>
    /// <exception cref="PoolOptionsException">Sizes are invalid; lists every problem.</exception>
    public void Resize(int minSize, int maxSize, int minIdle) => _engine.Operations.Resize(minSize, maxSize, minIdle);

    /// <summary>
    /// Applies changed settings to the running pool: sizes, <see cref="ConnectionPoolOptions.AcquireTimeout"/>,
    /// <see cref="ConnectionPoolOptions.MaxIdleTime"/>, <see cref="ConnectionPoolOptions.MaxLifetime"/> (of connections
    /// opened from now on), <see cref="ConnectionPoolOptions.ValidationInterval"/>,
    /// <see cref="ConnectionPoolOptions.ValidationTimeout"/>, <see cref="ConnectionPoolOptions.MaxWaiters"/> and
    /// <see cref="ConnectionPoolOptions.LeakDetection"/>.
    /// </summary>
    /// <remarks>
    /// If one setting is invalid, none is changed. Callers that already wait keep their timeout. Sizes set by
    /// <see cref="Resize(int, int)"/> stay unless the configured sizes change.
    /// </remarks>
    /// <param name="options">All settings, not only the changed ones: the pool's original settings with the changes.
    /// Read once.</param>
    /// <returns>The names of changed settings that only a new pool can apply, which are also logged.</returns>
    /// <exception cref="PoolOptionsException">Settings are invalid; lists every problem. Nothing is
    /// changed.</exception>
    public IReadOnlyList<string> Reconfigure(ConnectionPoolOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return _engine.Operations.Reconfigure(options);
    }

    /// <summary>
    /// Suspends renting: callers queue until <see cref="Resume"/> or their timeout. Leases in use are not touched.
    /// </summary>
    public void Suspend() => _engine.Operations.Suspend();

    /// <summary>Resumes renting after <see cref="Suspend"/> or <see cref="DrainAsync"/>.</summary>
    public void Resume() => _engine.Operations.Resume();

    /// <summary>
    /// Suspends renting, waits until every lease is returned, and closes every connection. The pool stays suspended
    /// until <see cref="Resume"/>, which fills it again.
    /// </summary>
    /// <param name="cancellationToken">A token to cancel the wait. The pool stays suspended, and connections still
    /// close when they are returned.</param>
    public Task DrainAsync(CancellationToken cancellationToken = default) => _engine.Operations.DrainAsync(cancellationToken);

    /// <summary>
    /// Replaces every connection by a new generation. Idle connections close now, leased ones when they are returned.
    /// Opens in progress end, and the callers that wait for them get new connections.
    /// </summary>
    public void Clear() => _engine.Operations.Clear();

    /// <summary>Gets the current status of the circuit.</summary>
    public CircuitStatus GetCircuitStatus() => _engine.Desk.GetCircuitStatus();

    /// <summary>
    /// Isolates the circuit: it stays open, and new and waiting callers are rejected, until <see cref="CloseCircuit"/>.
    /// Leases in use are not touched.
    /// </summary>
    public void IsolateCircuit() => _engine.Desk.IsolateCircuit();

    /// <summary>Closes the circuit, however it was opened. The pool opens connections again at once.</summary>
    public void CloseCircuit() => _engine.Desk.CloseCircuit();

    /// <summary>
    /// Occurs after each change of the circuit, in order, on the thread pool and outside any lock. Exceptions of
    /// handlers are logged.
    /// </summary>
    public event EventHandler<CircuitChangedEventArgs>? CircuitChanged
    {
        add => _engine.CircuitChanged.Occurred += value;
        remove => _engine.CircuitChanged.Occurred -= value;
    }

    /// <summary>
    /// Occurs when a connection in use, in validation or in reset shows that its server may be lost or refuses writes.
    /// Intended for routers and monitors. <see cref="CircuitChanged"/> reports failures to connect.
    /// </summary>
    /// <remarks>
    /// Handlers run on the thread pool, one report at a time. Their exceptions are logged. While a handler hangs, at
    /// most 1,000 reports wait, and the oldest are dropped first.
    /// </remarks>
    public event EventHandler<FailureObservedEventArgs>? FailureObserved
    {
        add => _engine.FailureObserved.Occurred += value;
        remove => _engine.FailureObserved.Occurred -= value;
    }

    /// <summary>
    /// Closes the pool. Waiting callers fail at once, idle connections close, and leases in use work until they are
    /// returned.
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
    /// Closes the pool as <see cref="Dispose"/> does, and waits until the idle connections are closed.
    /// </summary>
    protected override async ValueTask DisposeAsyncCore()
    {
        await _engine.Lifecycle.CloseAsync().ConfigureAwait(false);
        await base.DisposeAsyncCore().ConfigureAwait(false);
    }
}
