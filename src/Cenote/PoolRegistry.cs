using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Cenote.Registry;

namespace Cenote;

/// <summary>
/// The pools of an application by name: found by name, measured together, closed together. Pools may be added and
/// removed at any time. Names are case-sensitive. Thread-safe; looking a pool up takes no lock.
/// </summary>
public sealed partial class PoolRegistry : IAsyncDisposable, IDisposable
{
    private readonly ConcurrentDictionary<string, RegisteredPool> _pools = new(StringComparer.Ordinal);

    // Adding against closing: what is added is either closed or refused.
    private readonly object _gate = new();
    private Task? _closing;

    /// <summary>The registered names, in their order; also of pools that nobody has asked for yet.</summary>
    public IReadOnlyList<string> Names => [.. _pools.Keys.Order(StringComparer.Ordinal)];

    // ToArray first, the dictionary's own, which is one snapshot: LINQ would read a count and then copy, and fails when
    // names come or go in between.

    /// <summary>The pools that are constructed, in the order of their names.</summary>
    public IReadOnlyList<ConnectionPool> Pools =>
        [.. _pools.ToArray().OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value.Pool).OfType<ConnectionPool>()];

    /// <summary>The pool of a name, constructed now if nobody asked for it before.</summary>
    /// <param name="name">The name it was registered by.</param>
    /// <exception cref="PoolNotFoundException">No pool has the name.</exception>
    /// <exception cref="ObjectDisposedException">The registry is closed.</exception>
    public ConnectionPool this[string name] => TryGet(name, out var pool) ? pool : throw Missing(name);

    /// <summary>
    /// Registers a pool by its <see cref="ConnectionPool.Name"/>. From now on the registry closes it.
    /// </summary>
    /// <param name="pool">The pool.</param>
    /// <exception cref="ArgumentException">The name is taken. The pool stays the caller's.</exception>
    /// <exception cref="ObjectDisposedException">The registry is closed. The pool stays the caller's.</exception>
    public void Register(ConnectionPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        Add(pool.Name, new RegisteredPool(pool), nameof(pool));
    }

    /// <summary>Registers a pool that is constructed when it is first asked for.</summary>
    /// <param name="name">1 to 200 printable characters; the pool must be given the same.</param>
    /// <param name="create">
    /// Constructs the pool; called with the name, by one thread at a time, and again after it has thrown. It may ask
    /// the registry for other pools, not for this one: a circle is an <see cref="InvalidOperationException"/>, on
    /// several threads, too.
    /// </param>
    /// <exception cref="ArgumentException">The name is taken, or cannot be a name.</exception>
    /// <exception cref="ObjectDisposedException">The registry is closed.</exception>
    public void Register(string name, Func<string, ConnectionPool> create)
    {
        ThrowIfNotName(name);
        ArgumentNullException.ThrowIfNull(create);
        Add(name, new RegisteredPool(name, create, endsOnFailure: false), nameof(name));
    }

    /// <summary>
    /// The pool of a name, which is registered and constructed if there is none: a pool for each tenant, say.
    /// </summary>
    /// <param name="name">1 to 200 printable characters; the pool must be given the same.</param>
    /// <param name="create">Constructs the pool, once however many ask at the same time. What it throws is thrown, and
    /// leaves no pool behind.</param>
    /// <exception cref="ArgumentException">It cannot be a name.</exception>
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

            // Removed meanwhile, or the one who added it failed: now it is this caller's turn.
            Forget(name, registered);
        }
    }

    /// <summary>Finds a pool by name, and constructs it if nobody asked for it before.</summary>
    /// <param name="name">The name it was registered by.</param>
    /// <param name="pool">The pool.</param>
    /// <returns><see langword="false"/> when no pool has the name.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out ConnectionPool? pool)
    {
        ArgumentNullException.ThrowIfNull(name);
        pool = _pools.TryGetValue(name, out var registered) ? registered.GetOrCreate() : null;
        return pool is not null;
    }

    /// <summary>Takes a name out of the registry. The pool lives on, and is the caller's to close.</summary>
    /// <param name="name">The name it was registered by.</param>
    /// <param name="pool">The pool; <see langword="null"/> when there is none, or when nobody had asked for it
    /// yet.</param>
    /// <returns><see langword="false"/> when no pool has the name.</returns>
    public bool TryRemove(string name, out ConnectionPool? pool)
    {
        ArgumentNullException.ThrowIfNull(name);
        var isFound = _pools.TryRemove(name, out var registered);
        pool = registered?.Remove();
        return isFound;
    }

    /// <summary>Opens a connection of the pool of a name, blocking the calling thread.</summary>
    /// <param name="name">The name it was registered by.</param>
    /// <param name="callerFilePath">Filled in by the compiler: names the holder in reports.</param>
    /// <param name="callerLineNumber">Filled in by the compiler.</param>
    /// <param name="callerMemberName">Filled in by the compiler.</param>
    /// <exception cref="PoolNotFoundException">No pool has the name.</exception>
    /// <inheritdoc cref="ConnectionPool.RentAsync(CancellationToken, string, int, string)" path="/exception"/>
    public PooledConnection OpenConnection(
        string name, [CallerFilePath] string callerFilePath = "", [CallerLineNumber] int callerLineNumber = 0, [CallerMemberName] string callerMemberName = "") =>
        this[name].OpenConnection(callerFilePath, callerLineNumber, callerMemberName);

    /// <summary>Opens a connection of the pool of a name.</summary>
    /// <param name="name">The name it was registered by.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is lost by it.</param>
    /// <param name="callerFilePath">Filled in by the compiler: names the holder in reports.</param>
    /// <param name="callerLineNumber">Filled in by the compiler.</param>
    /// <param name="callerMemberName">Filled in by the compiler.</param>
    /// <exception cref="PoolNotFoundException">No pool has the name.</exception>
    /// <inheritdoc cref="ConnectionPool.RentAsync(CancellationToken, string, int, string)" path="/exception"/>
    public ValueTask<PooledConnection> OpenConnectionAsync(
        string name,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "") =>
        this[name].OpenConnectionAsync(cancellationToken, callerFilePath, callerLineNumber, callerMemberName);

    /// <summary>
    /// The statistics of every pool that is constructed, in the order of their names. Each is a snapshot of its own.
    /// </summary>
    public IReadOnlyList<PoolStatistics> GetStatistics() => [.. Pools.Select(pool => pool.GetStatistics())];

    private void Add(string name, RegisteredPool registered, string parameter)
    {
        if (!TryAdd(name, registered))
        {
            throw new ArgumentException($"A pool is registered as '{name}' already. Give each pool a name of its own (ConnectionPoolOptions.Name), or remove the other first.", parameter);
        }
    }

    private bool TryAdd(string name, RegisteredPool registered)
    {
        lock (_gate)
        {
            return _closing is null ? _pools.TryAdd(name, registered) : throw Closed();
        }
    }

    /// <summary>Takes a name out that ended without a pool.</summary>
    private void Forget(string name, RegisteredPool registered)
    {
        if (registered.HasEnded)
        {
            _pools.TryRemove(KeyValuePair.Create(name, registered));
        }
    }

    private Exception Missing(string name) => _closing is null ? new PoolNotFoundException(name, Names) : Closed();

    private static ObjectDisposedException Closed() => new(nameof(PoolRegistry), "The registry is closed, and its pools with it.");

    private static void ThrowIfNotName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (OptionProblems.NameProblem(name) is { } problem)
        {
            throw new ArgumentException($"A pool's name is 1 to {OptionProblems.LongestName} printable characters; this one {problem}.", nameof(name));
        }
    }
}
