using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Cenote.Registry;

namespace Cenote;

/// <summary>
/// A registry of an application's pools, found by name and closed together. Names are case-sensitive. Pools may be
/// added and removed at any time. Thread-safe; a look-up takes no lock.
/// </summary>
public sealed partial class PoolRegistry : IAsyncDisposable, IDisposable
{
    private readonly ConcurrentDictionary<string, RegisteredPool> _pools = new(StringComparer.Ordinal);

    // Guards adding against closing: a pool that is added is either closed or refused.
    private readonly object _gate = new();
    private Task? _closing;

    /// <summary>Gets the registered names in order, including those of pools that are not constructed yet.</summary>
    public IReadOnlyList<string> Names => [.. _pools.Keys.Order(StringComparer.Ordinal)];

    // ToArray is the dictionary's own and takes one snapshot. LINQ would read a count and then copy, which fails when
    // names come or go in between.

    /// <summary>Gets the constructed pools, ordered by name.</summary>
    public IReadOnlyList<ConnectionPool> Pools =>
        [.. _pools.ToArray().OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value.Pool).OfType<ConnectionPool>()];

    /// <summary>Gets the pool with this name, and constructs it on first use.</summary>
    /// <param name="name">The name that the pool was registered by.</param>
    /// <exception cref="PoolNotFoundException">No pool has this name.</exception>
    /// <exception cref="ObjectDisposedException">The registry is closed.</exception>
    public ConnectionPool this[string name] => TryGet(name, out var pool) ? pool : throw Missing(name);

    /// <summary>
    /// Registers a pool by its <see cref="ConnectionPool.Name"/>. From now on the registry closes it.
    /// </summary>
    /// <param name="pool">The pool.</param>
    /// <exception cref="ArgumentException">The name is taken. The caller still owns the pool.</exception>
    /// <exception cref="ObjectDisposedException">The registry is closed. The caller still owns the pool.</exception>
    public void Register(ConnectionPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        Add(pool.Name, new RegisteredPool(pool), nameof(pool));
    }

    /// <summary>Registers a pool that is constructed on first use.</summary>
    /// <param name="name">1 to 200 printable characters. The constructed pool must have the same name.</param>
    /// <param name="create">
    /// A function that constructs the pool from its name. One thread at a time calls it, and again after it has thrown.
    /// It may get other pools from the registry, but not this one: a circle throws an
    /// <see cref="InvalidOperationException"/>, also across several threads.
    /// </param>
    /// <exception cref="ArgumentException">The name is taken, or is not a valid name.</exception>
    /// <exception cref="ObjectDisposedException">The registry is closed.</exception>
    public void Register(string name, Func<string, ConnectionPool> create)
    {
        ThrowIfNotName(name);
        ArgumentNullException.ThrowIfNull(create);
        Add(name, new RegisteredPool(name, create, endsOnFailure: false), nameof(name));
    }

    /// <summary>
    /// Gets the pool with this name, or registers and constructs it, for example one pool per tenant.
    /// </summary>
    /// <param name="name">1 to 200 printable characters. The constructed pool must have the same name.</param>
    /// <param name="create">A function that constructs the pool, called once for callers that come at the same time.
    /// When it throws, no pool is registered.</param>
    /// <exception cref="ArgumentException">The name is not a valid name.</exception>
    /// <exception cref="ObjectDisposedException">The registry is closed.</exception>
    public ConnectionPool GetOrAdd(string name, Func<string, ConnectionPool> create)
    {
        ThrowIfNotName(name);
        ArgumentNullException.ThrowIfNull(create);
        while (true)
        {
            if (!_pools.TryGetValue(name, out var registered))
            {
                registered = new RegisteredPool(name, create, endsOnFailure: true);
                if (!TryAdd(name, registered))
                {
                    continue;
                }
            }

            try
            {
                if (registered.GetOrCreate() is { } pool)
                {
                    return pool;
                }
            }
            catch
            {
                Forget(name, registered);
                throw;
            }

            // Removed meanwhile, or the caller that added it failed: now this caller tries.
            Forget(name, registered);
        }
    }

    /// <summary>Finds a pool by name, and constructs it on first use.</summary>
    /// <param name="name">The name that the pool was registered by.</param>
    /// <param name="pool">The pool.</param>
    /// <returns><see langword="false"/> when no pool has this name.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out ConnectionPool? pool)
    {
        ArgumentNullException.ThrowIfNull(name);
        pool = _pools.TryGetValue(name, out var registered) ? registered.GetOrCreate() : null;
        return pool is not null;
    }

    /// <summary>Removes a name from the registry. The pool stays open, and the caller closes it.</summary>
    /// <param name="name">The name that the pool was registered by.</param>
    /// <param name="pool">The pool; <see langword="null"/> when the name is unknown, or its pool was not constructed
    /// yet.</param>
    /// <returns><see langword="false"/> when no pool has this name.</returns>
    public bool TryRemove(string name, out ConnectionPool? pool)
    {
        ArgumentNullException.ThrowIfNull(name);
        var isFound = _pools.TryRemove(name, out var registered);
        pool = registered?.Remove();
        return isFound;
    }

    /// <summary>Opens a connection of the pool with this name, blocking the calling thread.</summary>
    /// <inheritdoc cref="OpenConnectionAsync" path="/param[@name!='cancellationToken']"/>
    /// <inheritdoc cref="OpenConnectionAsync" path="/exception"/>
    public PooledConnection OpenConnection(
        string name, [CallerFilePath] string callerFilePath = "", [CallerLineNumber] int callerLineNumber = 0, [CallerMemberName] string callerMemberName = "") =>
        this[name].OpenConnection(callerFilePath, callerLineNumber, callerMemberName);

    /// <summary>Opens a connection of the pool with this name.</summary>
    /// <param name="name">The name that the pool was registered by.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <param name="callerFilePath">Supplied by the compiler: the caller's file, for lease reports.</param>
    /// <param name="callerLineNumber">Supplied by the compiler: the caller's line.</param>
    /// <param name="callerMemberName">Supplied by the compiler: the caller's member.</param>
    /// <exception cref="PoolNotFoundException">No pool has this name.</exception>
    /// <inheritdoc cref="ConnectionPool.RentAsync(CancellationToken, string, int, string)" path="/exception"/>
    public ValueTask<PooledConnection> OpenConnectionAsync(
        string name,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        this[name].OpenConnectionAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);

    /// <summary>
    /// Gets the statistics of every constructed pool, ordered by name. Each one is a snapshot of its own.
    /// </summary>
    public IReadOnlyList<PoolStatistics> GetStatistics() => [.. Pools.Select(pool => pool.GetStatistics())];

    /// <summary>Gets the budgets of the constructed pools, each once, ordered by name.</summary>
    public IReadOnlyList<ConnectionBudget> GetBudgets() =>
        [.. Pools.Select(static pool => pool.Budget).OfType<ConnectionBudget>().Distinct().OrderBy(static budget => budget.Name, StringComparer.Ordinal)];

    private void Add(string name, RegisteredPool registered, string parameter)
    {
        if (!TryAdd(name, registered))
        {
            throw new ArgumentException($"A pool named '{name}' already exists in the registry. Give each pool a name of its own (ConnectionPoolOptions.Name), or remove the other pool first.", parameter);
        }
    }

    private bool TryAdd(string name, RegisteredPool registered)
    {
        lock (_gate)
        {
            return _closing is null ? _pools.TryAdd(name, registered) : throw Closed();
        }
    }

    /// <summary>Removes a name that ended without a pool.</summary>
    private void Forget(string name, RegisteredPool registered)
    {
        if (registered.HasEnded)
        {
            _pools.TryRemove(KeyValuePair.Create(name, registered));
        }
    }

    private Exception Missing(string name) => _closing is null ? new PoolNotFoundException(name, Names) : Closed();

    private static ObjectDisposedException Closed() => new(nameof(PoolRegistry), "The registry is closed, and so are its pools.");

    private static void ThrowIfNotName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (OptionProblems.NameProblem(name) is { } problem)
        {
            throw new ArgumentException($"A pool's name is 1 to {OptionProblems.LongestName} printable characters; this one {problem}.", nameof(name));
        }
    }
}
