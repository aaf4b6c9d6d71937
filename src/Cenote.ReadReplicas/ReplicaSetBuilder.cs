using Cenote.ReadReplicas.Options;

namespace Cenote;

/// <summary>
/// A builder of a <see cref="ReplicaSet"/>. Declare a primary and replicas, each with its own pool. Not thread-safe.
/// </summary>
public sealed class ReplicaSetBuilder
{
    private readonly ReplicaSetOptions _options;
    private readonly List<Declaration> _declared = [];
    private bool _isBuilt;

    /// <summary>Creates a builder of a set.</summary>
    /// <param name="name">See <see cref="ReplicaSetOptions.Name"/>.</param>
    public ReplicaSetBuilder(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        _options = new ReplicaSetOptions { Name = name };
    }

    /// <summary>Declares the first primary; probes detect later ones.</summary>
    /// <param name="name">The server's name within the set, such as its host. Its pool is called <c>SET/NAME</c> unless
    /// it is given another name.</param>
    /// <param name="configure">Chooses the database, and sets the pool's settings. Because roles change, the settings
    /// of all servers should be alike.</param>
    /// <param name="weight">Its share of reads when it is a replica. 1 to 1,000.</param>
    public ReplicaSetBuilder AddPrimary(string name, Action<ConnectionPoolBuilder> configure, int weight = 1) => Declare(name, ServerRole.Primary, configure, weight);

    /// <summary>
    /// Declares the first primary with an existing pool. The caller disposes of the pool after the set.
    /// </summary>
    /// <param name="name">The server's name within the set.</param>
    /// <param name="pool">Its pool.</param>
    /// <param name="weight">Its share of reads when it is a replica. 1 to 1,000.</param>
    public ReplicaSetBuilder AddPrimary(string name, ConnectionPool pool, int weight = 1) => Declare(name, ServerRole.Primary, pool, weight);

    /// <summary>Declares a server that follows the primary.</summary>
    /// <param name="name">The server's name within the set, such as its host. Its pool is called <c>SET/NAME</c> unless
    /// it is given another name.</param>
    /// <param name="configure">Chooses the database, and sets the pool's settings.</param>
    /// <param name="weight">Its share of reads beside the other replicas. 1 to 1,000.</param>
    public ReplicaSetBuilder AddReplica(string name, Action<ConnectionPoolBuilder> configure, int weight = 1) => Declare(name, ServerRole.Replica, configure, weight);

    /// <summary>
    /// Declares a server that follows the primary, with an existing pool. The caller disposes of the pool after the
    /// set.
    /// </summary>
    /// <param name="name">The server's name within the set.</param>
    /// <param name="pool">Its pool.</param>
    /// <param name="weight">Its share of reads beside the other replicas. 1 to 1,000.</param>
    public ReplicaSetBuilder AddReplica(string name, ConnectionPool pool, int weight = 1) => Declare(name, ServerRole.Replica, pool, weight);

    /// <summary>Sets the strategy that chooses the replica of a read.</summary>
    /// <param name="strategy">One of <see cref="ReplicaStrategy"/>, or your own.</param>
    public ReplicaSetBuilder UseStrategy(IReplicaStrategy strategy) => Configure(options => options.Strategy = strategy);

    /// <summary>Changes any options.</summary>
    /// <param name="configure">Changes the options.</param>
    public ReplicaSetBuilder Configure(Action<ReplicaSetOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(_options);
        return this;
    }

    /// <summary>
    /// Constructs the pools, the primary's first, and the set. Background probes start immediately.
    /// </summary>
    /// <exception cref="InvalidOperationException">The builder has built its set already, or a pool's builder was given
    /// no database.</exception>
    /// <exception cref="ReplicaSetOptionsException">Settings are invalid; lists every problem.</exception>
    /// <exception cref="PoolOptionsException">The settings of a pool are invalid.</exception>
    public ReplicaSet Build()
    {
        if (_isBuilt)
        {
            throw new InvalidOperationException("The builder has built its set already: use a builder for each set.");
        }

        var options = new ReplicaSetOptions(_options);
        List<string> problems = [.. ReplicaSetProblems.Of(options)];
        ThrowIfAny(problems);
        var servers = new ReplicaSetServer[_declared.Count];
        try
        {
            foreach (var (declared, ordinal) in _declared.Select((declared, ordinal) => (declared, ordinal)).OrderBy(static pair => pair.declared.Role != ServerRole.Primary))
            {
                var pool = declared.Pool ?? BuildPool(declared);
                servers[ordinal] = new ReplicaSetServer(declared.Name, ordinal, pool, declared.Weight, declared.Role, ownsPool: declared.Pool is null);
            }

            problems.AddRange(ReplicaSetProblems.Of(servers));
            ThrowIfAny(problems);
        }
        catch
        {
            foreach (var server in servers)
            {
                if (server is { OwnsPool: true })
                {
                    server.Pool.Dispose();
                }
            }

            throw;
        }

        _isBuilt = true;
        return new ReplicaSet(servers, options);
    }

    private ConnectionPool BuildPool(Declaration declared)
    {
        var builder = new ConnectionPoolBuilder();
        builder.Configure(pool =>
        {
            pool.Name = $"{_options.Name}/{declared.Name}";
            pool.TimeProvider = _options.TimeProvider;
            pool.LoggerFactory = _options.LoggerFactory;
        });
        declared.Configure!(builder);
        return builder.Build();
    }

    private void ThrowIfAny(List<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new ReplicaSetOptionsException(PrintableText.Clean(_options.Name), problems);
        }
    }

    private ReplicaSetBuilder Declare(string name, ServerRole role, Action<ConnectionPoolBuilder> configure, int weight)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        _declared.Add(new Declaration(name, role, weight, configure, Pool: null));
        return this;
    }

    private ReplicaSetBuilder Declare(string name, ServerRole role, ConnectionPool pool, int weight)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(pool);
        _declared.Add(new Declaration(name, role, weight, Configure: null, pool));
        return this;
    }

    private sealed record Declaration(string Name, ServerRole Role, int Weight, Action<ConnectionPoolBuilder>? Configure, ConnectionPool? Pool);
}
