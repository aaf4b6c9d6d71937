using System.Data.Common;
using Cenote.AdoNet;

namespace Cenote;

// For code that creates everything with a provider factory.
public sealed partial class ConnectionPool
{
    private PooledProviderFactory? _providerFactory;

    /// <summary>
    /// Gets the provider factory of the pool, for tools that create connections, commands and adapters with a
    /// <see cref="DbProviderFactory"/>. <c>DbProviderFactories.GetFactory</c> returns it for a
    /// <see cref="PooledConnection"/> of the pool.
    /// </summary>
    /// <value>
    /// Always the same object, thread-safe. Its connections rent from the pool and need no connection string: only
    /// <see cref="ConnectionString"/> is accepted. Its commands, batches, adapters and command builders work on pooled
    /// connections. Its parameters are the driver's own. Disposing of a data source that it creates does not dispose of
    /// the pool.
    /// </value>
    public DbProviderFactory ProviderFactory =>
        _providerFactory ?? Interlocked.CompareExchange(ref _providerFactory, NewProviderFactory(), null) ?? _providerFactory;

    /// <exception cref="NotSupportedException">The text is neither empty nor the pool's own.</exception>
    internal void ThrowIfOtherConnectionString(string? connectionString)
    {
        if (!string.IsNullOrEmpty(connectionString) && !string.Equals(connectionString, ConnectionString, StringComparison.Ordinal))
        {
            throw new NotSupportedException(
                $"Pool '{Name}': the connection string of a pooled connection cannot be changed, because the pool decides where it connects. Set ConnectionPool.ConnectionString, or nothing, or construct another pool.");
        }
    }

    private PooledProviderFactory NewProviderFactory() => new(() => this, () => new PooledConnection(this, default(CallSite)));
}
