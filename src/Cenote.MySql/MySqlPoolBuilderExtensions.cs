namespace Cenote;

/// <summary>Extensions of the builder for MySQL or MariaDB pools.</summary>
public static class MySqlPoolBuilderExtensions
{
    /// <summary>Uses MySQL or MariaDB through MySqlConnector.</summary>
    /// <param name="builder">The pool's builder.</param>
    /// <param name="connectionString">MySqlConnector's connection string.</param>
    /// <param name="configure">Configures certificates, logging, and callbacks for opened or reset connections. Called
    /// once for each physical connection.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public static ConnectionPoolBuilder UseMySql(
        this ConnectionPoolBuilder builder, string connectionString, Action<MySqlDataSourceBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseProvider(new MySqlProvider(connectionString, configure));
    }

    /// <summary>
    /// Uses MySQL or MariaDB through MySqlConnector, with the connection string of the configuration.
    /// </summary>
    /// <param name="builder">The pool's builder.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The configuration has no connection string for this
    /// pool.</exception>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public static ConnectionPoolBuilder UseMySql(this ConnectionPoolBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseMySql(builder.GetConnectionString());
    }

    /// <summary>
    /// Uses MySQL or MariaDB through MySqlConnector, with the connection string of the configuration.
    /// </summary>
    /// <param name="builder">The pool's builder.</param>
    /// <param name="configure">Configures certificates, logging, and callbacks for opened or reset connections. Called
    /// once for each physical connection.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The configuration has no connection string for this
    /// pool.</exception>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public static ConnectionPoolBuilder UseMySql(this ConnectionPoolBuilder builder, Action<MySqlDataSourceBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseMySql(builder.GetConnectionString(), configure);
    }
}
