namespace Cenote;

/// <summary>Extensions of the builder for PostgreSQL pools.</summary>
public static class PostgreSqlPoolBuilderExtensions
{
    /// <summary>Uses PostgreSQL through Npgsql.</summary>
    /// <param name="builder">The pool's builder.</param>
    /// <param name="connectionString">Npgsql's connection string.</param>
    /// <param name="configure">Configures type mappings, plugins, certificates, logging. Called once for all
    /// connections of the pool.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public static ConnectionPoolBuilder UsePostgreSql(
        this ConnectionPoolBuilder builder, string connectionString, Action<NpgsqlDataSourceBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseProvider(new PostgreSqlProvider(connectionString, configure));
    }

    /// <summary>Uses PostgreSQL through Npgsql, with the connection string of the configuration.</summary>
    /// <param name="builder">The pool's builder.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The configuration has no connection string for this
    /// pool.</exception>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public static ConnectionPoolBuilder UsePostgreSql(this ConnectionPoolBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UsePostgreSql(builder.GetConnectionString());
    }

    /// <summary>Uses PostgreSQL through Npgsql, with the connection string of the configuration.</summary>
    /// <param name="builder">The pool's builder.</param>
    /// <param name="configure">Configures type mappings, plugins, certificates, logging. Called once for all
    /// connections of the pool.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The configuration has no connection string for this
    /// pool.</exception>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public static ConnectionPoolBuilder UsePostgreSql(this ConnectionPoolBuilder builder, Action<NpgsqlDataSourceBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UsePostgreSql(builder.GetConnectionString(), configure);
    }
}
