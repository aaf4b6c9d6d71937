namespace Cenote.Registry;

/// <summary>One name of a registry and its pool, which may be constructed on first use. Thread-safe.</summary>
internal sealed class RegisteredPool
{
    private readonly string _name;
    private readonly Func<string, ConnectionPool>? _create;
    private readonly bool _endsOnFailure;

    // Held while the pool is constructed, which may take as long as a connect. A removal must not wait for that.
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
    /// <param name="create">Constructs the pool.</param>
    /// <param name="endsOnFailure">Whether the name ends when the construction fails, instead of waiting for the next
    /// caller.</param>
    internal RegisteredPool(string name, Func<string, ConnectionPool> create, bool endsOnFailure)
    {
        _name = name;
        _create = create;
        _endsOnFailure = endsOnFailure;
    }

    /// <summary>Gets the pool; <see langword="null"/> before its first use.</summary>
    internal ConnectionPool? Pool => _pool;

    /// <summary>Gets whether the name was removed.</summary>
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
    /// Gets the pool, or constructs it on first use. A failure of the construction is thrown, and the next caller tries
    /// again.
    /// </summary>
    /// <returns><see langword="null"/> when the name was removed before its pool was constructed.</returns>
    internal ConnectionPool? GetOrCreate()
    {
        if (_pool is { } pool)
        {
            return pool;
        }

        if (!_making.TryEnter())
        {
            throw new InvalidOperationException($"Pool '{_name}' is requested during its own construction, perhaps through other pools. Break the circle: the code that constructs a pool must not use that pool.");
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

        // Removed meanwhile, and the removal saw no pool: only this call can close it.
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
        var pool = _create!(_name) ?? throw new InvalidOperationException($"The function registered to construct pool '{_name}' returned null. Return a pool.");
        if (pool.Name == _name)
        {
            return pool;
        }

        pool.Dispose();
        throw new InvalidOperationException($"The pool constructed for the name '{_name}' is named '{pool.Name}', which logs and statistics would show. Give both the same name.");
    }
}
