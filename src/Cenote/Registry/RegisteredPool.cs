namespace Cenote.Registry;

/// <summary>
/// One name of a registry and its pool, which may be constructed only when somebody asks for it. Thread-safe.
/// </summary>
internal sealed class RegisteredPool
{
    private readonly string _name;
    private readonly Func<string, ConnectionPool>? _create;
    private readonly bool _endsOnFailure;

    // Held while the pool is constructed, which may take as long as a connection takes to open: removing must not wait
    // for that.
    private readonly ConstructionGate _making = new();
    private readonly object _gate = new();
    private volatile ConnectionPool? _pool;
    private bool _isRemoved;

    internal RegisteredPool(ConnectionPool pool)
    {
        _name = pool.Name;
        _pool = pool;
    }

    /// <param name="name">The pool's name.</param>
    /// <param name="create">Constructs it.</param>
    /// <param name="endsOnFailure">Whether the name ends when the construction fails, instead of waiting for the next
    /// caller.</param>
    internal RegisteredPool(string name, Func<string, ConnectionPool> create, bool endsOnFailure)
    {
        _name = name;
        _create = create;
        _endsOnFailure = endsOnFailure;
    }

    /// <summary><see langword="null"/> before somebody has asked for it.</summary>
    internal ConnectionPool? Pool => _pool;

    /// <summary>Whether the name was removed.</summary>
    internal bool HasEnded
    {
        get
        {
            lock (_gate)
            {
                return _isRemoved;
            }
        }
    }

    /// <summary>
    /// The pool, constructed now if this is the first time. What the construction throws is thrown, and the next caller
    /// tries again.
    /// </summary>
    /// <returns><see langword="null"/> when the name was removed before there was a pool.</returns>
    internal ConnectionPool? GetOrCreate()
    {
        if (_pool is { } pool)
        {
            return pool;
        }

        if (!_making.TryEnter())
        {
            throw new InvalidOperationException($"Pool '{_name}' asks for itself while it is being constructed, perhaps through other pools. Break the circle: what constructs a pool must not use that pool.");
        }

        try
        {
            lock (_gate)
            {
                if (_pool is not null || _isRemoved)
                {
                    return _pool;
                }
            }

            pool = Create();
            lock (_gate)
            {
                if (!_isRemoved)
                {
                    return _pool = pool;
                }
            }
        }
        catch when (_endsOnFailure)
        {
            Remove();
            throw;
        }
        finally
        {
            _making.Exit();
        }

        // Removed meanwhile, and whoever removed it saw no pool: nobody else will ever close this one.
        pool.Dispose();
        return null;
    }

    /// <summary>Ends the name.</summary>
    /// <returns>The pool, if one was constructed.</returns>
    internal ConnectionPool? Remove()
    {
        lock (_gate)
        {
            _isRemoved = true;
            return _pool;
        }
    }

    private ConnectionPool Create()
    {
        var pool = _create!(_name) ?? throw new InvalidOperationException($"What was registered to construct pool '{_name}' returned null.");
        if (pool.Name == _name)
        {
            return pool;
        }

        pool.Dispose();
        throw new InvalidOperationException($"The pool constructed for the name '{_name}' is itself named '{pool.Name}', and would go by that in logs and statistics. Give both the same name.");
    }
}
