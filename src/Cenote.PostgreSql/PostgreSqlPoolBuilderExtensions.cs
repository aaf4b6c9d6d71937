using Npgsql;

namespace Cenote.PostgreSql;

/// <summary>Chooses PostgreSQL for a pool.</summary>
public static class PostgreSqlPoolBuilderExtensions
{
    /// <summary>Uses PostgreSQL through Npgsql.</summary>
    /// <param name="builder">The pool's builder.</param>
    /// <param name="connectionString">Npgsql's connection string.</param>
    /// <param name="configure">Type mappings, plugins, certificates, logging: called once for each physical connection.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentException">The connection string cannot be read. Quotes nothing of it.</exception>
    public static ConnectionPoolBuilder UsePostgreSql(
        this ConnectionPoolBuilder builder, string connectionString, Action<NpgsqlDataSourceBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use(new PostgreSqlProvider(connectionString, configure));
    }
}
