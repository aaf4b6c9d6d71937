using Cenote.ReadReplicas.Options;
using Cenote.Time;

namespace Cenote;

/// <summary>
/// A builder of a <see cref="ReplicaSet"/>. Declare a primary and replicas, each with its own pool. Not thread-safe.
/// </summary>
public sealed class ReplicaSetBuilder
{
    private readonly ReplicaSetOptions _options;
    private readonly List<Declaration> _declared = [];
    private Action<ConnectionPoolBuilder>? _configurePools;
    private bool _isBuilt;

    /// <summary>Creates a builder of a set.</summary>
    /// <param name="name">See <see cref="ReplicaSetOptions.Name"/>.</param>
    public ReplicaSetBuilder(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        _options = new ReplicaSetOptions { Name = name };
    }

    /// <summary>
    /// Sets what the pools of all servers have in common, because roles change. Settings of a server replace them.
    /// </summary>
    /// <param name="configure">Chooses the database, and sets the settings of a pool. Called for each server, with the
    /// pool's name <c>SET/NAME</c> already set.</param>
    public ReplicaSetBuilder ConfigurePools(Action<ConnectionPoolBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _configurePools += configure;
        return this;
    }

    /// <summary>
    /// Declares the first primary with what <see cref="ConfigurePools"/> sets; probes detect later ones.
    /// </summary>
    /// <param name="name">The server's name within the set, such as its host.</param>
    /// <param name="weight">Its share of reads when it is a replica. 1 to 1,000.</param>
    public ReplicaSetBuilder AddPrimary(string name, int weight = 1) => Declare(name, ServerRole.Primary, static _ => { }, weight);

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

    /// <summary>
    /// Declares a server that follows the primary, with what <see cref="ConfigurePools"/> sets.
    /// </summary>
    /// <param name="name">The server's name within the set, such as its host.</param>
    /// <param name="weight">Its share of reads beside the other replicas. 1 to 1,000.</param>
    public ReplicaSetBuilder AddReplica(string name, int weight = 1) => Declare(name, ServerRole.Replica, static _ => { }, weight);

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
    /// Gets or sets what returns the pool of a server without one, instead of constructing it. The pool is not closed
    /// with the set.
    /// </summary>
    internal Func<string, Action<ConnectionPoolBuilder>, ConnectionPool>? PoolSource { get; set; }

    /// <summary>Gets the names of the servers so far, in the order of their declaration.</summary>
    internal IReadOnlyList<string> ServerNames => [.. _declared.Select(static declared => declared.Name)];

    /// <summary>Returns a copy of the options so far.</summary>
    internal ReplicaSetOptions CopyOptions() => new(_options);

    /// <summary>Changes the role or the weight of a declared server.</summary>
    internal void Change(string name, ServerRole? role, int? weight)
    {
        var index = _declared.FindIndex(declared => declared.Name == name);
        var before = _declared[index];
        _declared[index] = before with { Role = role ?? before.Role, Weight = weight ?? before.Weight };
    }

    /// <summary>
    /// Constructs the pools, the primary's first, and the set. Background probes start immediately.
    /// </summary>
    /// <exception cref="InvalidOperationException">The builder has built its set already.</exception>
    /// <exception cref="ReplicaSetOptionsException">Settings of the set or of a pool are invalid; lists every
    /// problem.</exception>
    public ReplicaSet Build()
    {
        if (_isBuilt)
        {
            throw new InvalidOperationException("The builder has built its set already: use a builder for each set.");
        }

        var options = new ReplicaSetOptions(_options);
        List<string> problems = [.. ReplicaSetProblems.Of(options)];
        ThrowIfAny(problems);
        options.TimeProvider = QuietTimeProvider.Of(options.TimeProvider);
        var servers = new ReplicaSetServer[_declared.Count];
        try
        {
            foreach (var (declared, ordinal) in _declared.Select((declared, ordinal) => (declared, ordinal)).OrderBy(static pair => pair.declared.Role != ServerRole.Primary))
            {
                servers[ordinal] = NewServer(declared, ordinal, problems)!;
            }

            ThrowIfAny(problems);
            ThrowIfAny([.. ReplicaSetProblems.Of(servers)]);
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

    /// <returns>The server; <see langword="null"/> when the settings of its pool are problems.</returns>
    private ReplicaSetServer? NewServer(Declaration declared, int ordinal, List<string> problems)
    {
        try
        {
            var pool = declared.Pool ?? (PoolSource is null ? BuildPool(declared) : PoolSource(declared.Name, builder => Configure(builder, declared)));
            return new ReplicaSetServer(declared.Name, ordinal, pool, declared.Weight, declared.Role, ownsPool: declared.Pool is null && PoolSource is null);
        }
        catch (PoolOptionsException exception)
        {
            problems.AddRange(exception.Problems.Select(problem => $"Server '{PrintableText.Clean(declared.Name)}': {problem}"));
            return null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // A builder without a database or connection string, a provider that refuses its connection string.
            problems.Add($"Server '{PrintableText.Clean(declared.Name)}': {exception.Message}");
            return null;
        }
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
        Configure(builder, declared);
        return builder.Build();
    }

    private void Configure(ConnectionPoolBuilder builder, Declaration declared)
    {
        _configurePools?.Invoke(builder);
        declared.Configure!(builder);
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
