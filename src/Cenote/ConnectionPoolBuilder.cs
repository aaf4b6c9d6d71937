using Cenote.Providers;
using Microsoft.Extensions.Logging;

namespace Cenote;

/// <summary>
/// A fluent builder for a pool. Each provider package adds its own <c>Use…</c> method; <see cref="Configure"/> reaches
/// every setting. Not thread-safe.
/// </summary>
public sealed class ConnectionPoolBuilder
{
    private readonly ConnectionPoolOptions _options = new();
    private DatabaseProvider? _provider;

    /// <summary>
    /// Gets the connection string for <c>Use…</c> methods without one. It contains secrets. <c>AddConnectionPool</c>
    /// takes it from the application's configuration.
    /// </summary>
    /// <value>Default <see langword="null"/>: each <c>Use…</c> method needs its own.</value>
    public string? ConnectionString { get; private set; }

    /// <summary>
    /// Gets the key of the configuration that has the connection string, for the message without one.
    /// </summary>
    internal string? ConnectionStringKey { get; init; }

    /// <summary>Sets the connection string for <c>Use…</c> methods without one.</summary>
    /// <param name="connectionString">See <see cref="ConnectionString"/>.</param>
    public ConnectionPoolBuilder WithConnectionString(string? connectionString)
    {
        ConnectionString = connectionString;
        return this;
    }

    /// <summary>Gets the connection string for <c>Use…</c> methods without one, or throws.</summary>
    /// <returns><see cref="ConnectionString"/>.</returns>
    /// <exception cref="InvalidOperationException">No connection string is configured.</exception>
    public string GetConnectionString() =>
        !string.IsNullOrWhiteSpace(ConnectionString)
            ? ConnectionString
            : throw new InvalidOperationException(
                $"Pool '{_options.Name ?? "?"}' has no connection string. Pass one to the Use… method or, where AddConnectionPool registers the pool, set {ConnectionStringKey ?? $"ConnectionStrings:{_options.Name ?? "NAME"}"} in the configuration.");

    /// <summary>Sets the provider of the database.</summary>
    /// <param name="provider">The provider. The pool will dispose of it.</param>
    /// <exception cref="InvalidOperationException">A provider was already set.</exception>
    public ConnectionPoolBuilder UseProvider(DatabaseProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        if (_provider is not null)
        {
            throw new InvalidOperationException($"This builder already uses {_provider.DatabaseSystem}. A pool serves one database: use one builder per database.");
        }

        _provider = provider;
        return this;
    }

    /// <summary>Names the pool in logs, statistics and exceptions.</summary>
    /// <param name="name">See <see cref="ConnectionPoolOptions.Name"/>.</param>
    public ConnectionPoolBuilder WithName(string name) => Configure(options => options.Name = name);

    /// <summary>Sets the minimum and maximum size.</summary>
    /// <param name="minSize">See <see cref="ConnectionPoolOptions.MinSize"/>.</param>
    /// <param name="maxSize">See <see cref="ConnectionPoolOptions.MaxSize"/>.</param>
    public ConnectionPoolBuilder WithSize(int minSize, int maxSize) => Configure(options => (options.MinSize, options.MaxSize) = (minSize, maxSize));

    /// <summary>Sets the number of connections kept idle beyond those leased.</summary>
    /// <param name="minIdle">See <see cref="ConnectionPoolOptions.MinIdle"/>.</param>
    public ConnectionPoolBuilder WithMinIdle(int minIdle) => Configure(options => options.MinIdle = minIdle);

    /// <summary>Sets the budget of connections that the pool shares with others.</summary>
    /// <param name="budget">See <see cref="ConnectionPoolOptions.Budget"/>.</param>
    /// <param name="guaranteedSize">See <see cref="ConnectionPoolOptions.GuaranteedSize"/>.</param>
    public ConnectionPoolBuilder WithBudget(ConnectionBudget budget, int guaranteedSize = 0) =>
        Configure(options => (options.Budget, options.GuaranteedSize) = (budget, guaranteedSize));

    /// <summary>Sets the policy that moves the size between the minimum and the maximum.</summary>
    /// <param name="policy">See <see cref="ConnectionPoolOptions.SizingPolicy"/>.</param>
    public ConnectionPoolBuilder UseSizingPolicy(ISizingPolicy policy) => Configure(options => options.SizingPolicy = policy);

    /// <summary>Sets the timeout of a rent.</summary>
    /// <param name="acquireTimeout">See <see cref="ConnectionPoolOptions.AcquireTimeout"/>.</param>
    public ConnectionPoolBuilder WithAcquireTimeout(TimeSpan acquireTimeout) => Configure(options => options.AcquireTimeout = acquireTimeout);

    /// <summary>Sets the timeout of statements.</summary>
    /// <param name="queryTimeout">See <see cref="ConnectionPoolOptions.QueryTimeout"/>.</param>
    public ConnectionPoolBuilder WithQueryTimeout(TimeSpan queryTimeout) => Configure(options => options.QueryTimeout = queryTimeout);

    /// <summary>Sets a classifier that overrides the provider's classification of failures.</summary>
    /// <param name="classifier">See <see cref="ConnectionPoolOptions.FailureClassifier"/>.</param>
    public ConnectionPoolBuilder UseFailureClassifier(Func<Exception, FailureKind?> classifier) => Configure(options => options.FailureClassifier = classifier);

    /// <summary>Sets the table that shows whether a commit without an answer had succeeded.</summary>
    /// <param name="table">See <see cref="ConnectionPoolOptions.CommitTable"/>.</param>
    public ConnectionPoolBuilder WithCommitTable(string table) => Configure(options => options.CommitTable = table);

    /// <summary>Sets how sessions are reset between leases.</summary>
    /// <param name="resetMode">See <see cref="ConnectionPoolOptions.ResetMode"/>.</param>
    public ConnectionPoolBuilder WithResetMode(ResetMode resetMode) => Configure(options => options.ResetMode = resetMode);

    /// <summary>Adds a lane: a named share of the connections and of the queue.</summary>
    /// <param name="name">See <see cref="LaneOptions.Name"/>.</param>
    /// <param name="configure">Changes its other settings; <see langword="null"/> for the defaults.</param>
    public ConnectionPoolBuilder WithLane(string name, Action<LaneOptions>? configure = null)
    {
        var lane = new LaneOptions { Name = name };
        configure?.Invoke(lane);
        return Configure(options => options.Lanes = [.. options.Lanes, lane]);
    }

    /// <summary>Sets the factory of the pool's logger.</summary>
    /// <param name="loggerFactory">See <see cref="ConnectionPoolOptions.LoggerFactory"/>.</param>
    public ConnectionPoolBuilder UseLoggerFactory(ILoggerFactory loggerFactory) => Configure(options => options.LoggerFactory = loggerFactory);

    /// <summary>Changes any other setting.</summary>
    /// <param name="configure">Changes the options.</param>
    public ConnectionPoolBuilder Configure(Action<ConnectionPoolOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(_options);
        return this;
    }

    /// <summary>Returns a copy of the settings so far.</summary>
    public ConnectionPoolOptions CopyOptions() => new(_options);

    /// <summary>Builds the pool.</summary>
    /// <exception cref="InvalidOperationException">No provider was set, or the builder has already built its
    /// pool.</exception>
    /// <exception cref="PoolOptionsException">Settings are invalid; lists every problem.</exception>
    /// <exception cref="ConnectionOpenException">The startup mode is <see cref="StartupMode.FailFast"/> and no
    /// connection could be opened.</exception>
    public ConnectionPool Build()
    {
        var provider = _provider
            ?? throw new InvalidOperationException("The builder has no provider, or has already built its pool. Call a Use… method first; a provider serves one pool.");
        _provider = null;
        return new ConnectionPool(provider, _options);
    }
}
