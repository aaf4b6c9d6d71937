namespace Cenote;

/// <summary>Extensions of the builder for Oracle pools.</summary>
public static class OraclePoolBuilderExtensions
{
    /// <summary>Uses Oracle through the driver that you bring.</summary>
    /// <param name="builder">The pool's builder.</param>
    /// <param name="factory"><c>OracleClientFactory.Instance</c> of Oracle's driver.</param>
    /// <param name="connectionString">The driver's connection string.</param>
    /// <param name="options">The options of the database, or <see langword="null"/> for the defaults.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public static ConnectionPoolBuilder UseOracle(
        this ConnectionPoolBuilder builder, DbProviderFactory factory, string connectionString, OracleProviderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseProvider(new OracleProvider(factory, connectionString, options));
    }

    /// <summary>
    /// Uses Oracle through the driver that you bring, with the connection string of the configuration.
    /// </summary>
    /// <param name="builder">The pool's builder.</param>
    /// <param name="factory"><c>OracleClientFactory.Instance</c> of Oracle's driver.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The configuration has no connection string for this
    /// pool.</exception>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public static ConnectionPoolBuilder UseOracle(this ConnectionPoolBuilder builder, DbProviderFactory factory)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseOracle(factory, builder.GetConnectionString());
    }

    /// <summary>
    /// Uses Oracle through the driver that you bring, with the connection string of the configuration.
    /// </summary>
    /// <param name="builder">The pool's builder.</param>
    /// <param name="factory"><c>OracleClientFactory.Instance</c> of Oracle's driver.</param>
    /// <param name="options">The options of the database.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The configuration has no connection string for this
    /// pool.</exception>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public static ConnectionPoolBuilder UseOracle(this ConnectionPoolBuilder builder, DbProviderFactory factory, OracleProviderOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseOracle(factory, builder.GetConnectionString(), options);
    }
}
