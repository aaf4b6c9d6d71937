using System.Data.Common;
using Cenote.AdoNet;

namespace Cenote;

// For code that makes everything with a provider factory.
public sealed partial class ConnectionPool
{
    private PooledProviderFactory? _providerFactory;

    /// <summary>
    /// Gets the provider factory of the pool, for tools that make connections, commands and adapters with a
    /// <see cref="DbProviderFactory"/>. <c>DbProviderFactories.GetFactory</c> returns it for a
    /// <see cref="PooledConnection"/> of the pool.
    /// </summary>
    /// <value>
    /// Always the same object. Its connections rent from the pool, and need no connection string: only
    /// <see cref="ConnectionString"/> is accepted. Its commands, batches, adapters and command builders work on the
    /// pool's connections, not on those of the driver. Its parameters are the driver's own. A data source that it makes
    /// may be disposed of without disposing of the pool. Thread-safe.
    /// </value>
    public DbProviderFactory ProviderFactory =>
        _providerFactory ?? Interlocked.CompareExchange(ref _providerFactory, NewProviderFactory(), null) ?? _providerFactory;

    /// <exception cref="NotSupportedException">The text is neither empty nor the pool's own.</exception>
    internal void ThrowIfOtherConnectionString(string? connectionString)
    {
        if (!string.IsNullOrEmpty(connectionString) && !string.Equals(connectionString, ConnectionString, StringComparison.Ordinal))
        {
            throw new NotSupportedException(
                $"The connection string of a pooled connection cannot be changed: pool '{Name}' decides where its connections lead. Set ConnectionPool.ConnectionString, or nothing, or construct another pool.");
        }
    }

    private PooledProviderFactory NewProviderFactory() => new(() => this, () => new PooledConnection(this, default(CallSite)));
}
