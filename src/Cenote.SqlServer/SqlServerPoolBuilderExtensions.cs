using Microsoft.Data.SqlClient;

namespace Cenote;

/// <summary>Extensions of the builder for SQL Server pools.</summary>
public static class SqlServerPoolBuilderExtensions
{
    /// <summary>Uses SQL Server through Microsoft.Data.SqlClient.</summary>
    /// <param name="builder">The pool's builder.</param>
    /// <param name="connectionString">SqlClient's connection string.</param>
    /// <param name="configure">Configures access tokens, retry logic, statistics, messages. Called once for each
    /// physical connection before it is opened.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public static ConnectionPoolBuilder UseSqlServer(
        this ConnectionPoolBuilder builder, string connectionString, Action<SqlConnection>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseProvider(new SqlServerProvider(connectionString, configure));
    }

    /// <summary>
    /// Uses SQL Server through Microsoft.Data.SqlClient, with the connection string of the configuration.
    /// </summary>
    /// <param name="builder">The pool's builder.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The configuration has no connection string for this
    /// pool.</exception>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public static ConnectionPoolBuilder UseSqlServer(this ConnectionPoolBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseSqlServer(builder.GetConnectionString());
    }

    /// <summary>
    /// Uses SQL Server through Microsoft.Data.SqlClient, with the connection string of the configuration.
    /// </summary>
    /// <param name="builder">The pool's builder.</param>
    /// <param name="configure">Configures access tokens, retry logic, statistics, messages. Called once for each
    /// physical connection before it is opened.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The configuration has no connection string for this
    /// pool.</exception>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public static ConnectionPoolBuilder UseSqlServer(this ConnectionPoolBuilder builder, Action<SqlConnection> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseSqlServer(builder.GetConnectionString(), configure);
    }
}
