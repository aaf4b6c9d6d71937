using Cenote.Providers;
using Microsoft.Extensions.Logging;

namespace Cenote;

/// <summary>
/// The fluent way to a pool. Each provider package adds its own <c>Use…</c> method; <see cref="Configure"/> reaches
/// every setting. Not thread-safe.
/// </summary>
public sealed class ConnectionPoolBuilder
{
    private readonly ConnectionPoolOptions _options = new();
    private DatabaseProvider? _provider;

    /// <summary>
    /// What the application's configuration says for this pool's database, which the <c>Use…</c> methods that are given
    /// no connection string take. <see langword="null"/> when nobody found one. Holds secrets.
    /// </summary>
    public string? ConnectionString { get; init; }

    /// <summary>The connection string for <c>Use…</c> methods that are given none.</summary>
    /// <returns><see cref="ConnectionString"/>.</returns>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public string GetConnectionString() =>
        !string.IsNullOrWhiteSpace(ConnectionString)
            ? ConnectionString
            : throw new InvalidOperationException(
                $"Pool '{_options.Name ?? "?"}' has no connection string: give one to the Use… method, or, where AddConnectionPool registers the pool, set ConnectionStrings:{_options.Name ?? "NAME"} in the configuration.");

    /// <summary>Chooses the database.</summary>
    /// <param name="provider">The provider; the pool will dispose of it.</param>
    /// <exception cref="InvalidOperationException">A database was chosen already.</exception>
    public ConnectionPoolBuilder UseProvider(DatabaseProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        if (_provider is not null)
        {
            throw new InvalidOperationException($"This builder already uses {_provider.DatabaseSystem}. A pool serves one database: use a builder for each.");
        }

        _provider = provider;
        return this;
    }

    /// <summary>Names the pool in logs, statistics and exceptions.</summary>
    /// <param name="name">See <see cref="ConnectionPoolOptions.Name"/>.</param>
    public ConnectionPoolBuilder WithName(string name) => Configure(options => options.Name = name);

    /// <summary>Sets both sizes.</summary>
    /// <param name="minSize">See <see cref="ConnectionPoolOptions.MinSize"/>.</param>
    /// <param name="maxSize">See <see cref="ConnectionPoolOptions.MaxSize"/>.</param>
    public ConnectionPoolBuilder WithSize(int minSize, int maxSize) => Configure(options => (options.MinSize, options.MaxSize) = (minSize, maxSize));

    /// <summary>Lets a policy move the size between the minimum and the maximum.</summary>
    /// <param name="policy">See <see cref="ConnectionPoolOptions.SizingPolicy"/>.</param>
    public ConnectionPoolBuilder UseSizingPolicy(ISizingPolicy policy) => Configure(options => options.SizingPolicy = policy);

    /// <summary>Sets the longest wait for a connection.</summary>
    /// <param name="acquireTimeout">See <see cref="ConnectionPoolOptions.AcquireTimeout"/>.</param>
    public ConnectionPoolBuilder WithAcquireTimeout(TimeSpan acquireTimeout) => Configure(options => options.AcquireTimeout = acquireTimeout);

    /// <summary>Sets the longest that a statement may run.</summary>
    /// <param name="queryTimeout">See <see cref="ConnectionPoolOptions.QueryTimeout"/>.</param>
    public ConnectionPoolBuilder WithQueryTimeout(TimeSpan queryTimeout) => Configure(options => options.QueryTimeout = queryTimeout);

    /// <summary>Overrides what the provider says that failures mean.</summary>
    /// <param name="classifier">See <see cref="ConnectionPoolOptions.FailureClassifier"/>.</param>
    public ConnectionPoolBuilder UseFailureClassifier(Func<Exception, FailureKind?> classifier) => Configure(options => options.FailureClassifier = classifier);

    /// <summary>Sets what is cleared between leases.</summary>
    /// <param name="resetMode">See <see cref="ConnectionPoolOptions.ResetMode"/>.</param>
    public ConnectionPoolBuilder WithResetMode(ResetMode resetMode) => Configure(options => options.ResetMode = resetMode);

    /// <summary>Logs to loggers of this factory.</summary>
    /// <param name="loggerFactory">See <see cref="ConnectionPoolOptions.LoggerFactory"/>.</param>
    public ConnectionPoolBuilder UseLoggerFactory(ILoggerFactory loggerFactory) => Configure(options => options.LoggerFactory = loggerFactory);

    /// <summary>Sets anything else.</summary>
    /// <param name="configure">Changes the options.</param>
    public ConnectionPoolBuilder Configure(Action<ConnectionPoolOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(_options);
        return this;
    }

    /// <summary>A copy of the settings so far.</summary>
    public ConnectionPoolOptions CopyOptions() => new(_options);

    /// <summary>Constructs the pool.</summary>
    /// <exception cref="InvalidOperationException">No database was chosen, or the builder was used before.</exception>
    /// <exception cref="PoolOptionsException">Settings cannot work; names every problem.</exception>
    /// <exception cref="ConnectionOpenException">The pool was to fail at start, and no connection could be
    /// opened.</exception>
    public ConnectionPool Build()
    {
        var provider = _provider
            ?? throw new InvalidOperationException("No database was chosen, or the builder has built its pool already. Call a Use… method first; a provider serves one pool.");
        _provider = null;
        return new ConnectionPool(provider, _options);
    }
}
