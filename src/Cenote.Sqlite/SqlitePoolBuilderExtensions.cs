namespace Cenote;

/// <summary>Extensions of the builder for SQLite pools.</summary>
public static class SqlitePoolBuilderExtensions
{
    /// <summary>Uses SQLite through Microsoft.Data.Sqlite.</summary>
    /// <param name="builder">The pool's builder.</param>
    /// <param name="connectionString">Such as <c>Data Source=shop.db</c>.</param>
    /// <param name="options">How connections are set up; <see langword="null"/> for the defaults.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public static ConnectionPoolBuilder UseSqlite(this ConnectionPoolBuilder builder, string connectionString, SqliteProviderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseProvider(new SqliteProvider(connectionString, options));
    }

    /// <summary>Uses SQLite through Microsoft.Data.Sqlite, with the connection string of the configuration.</summary>
    /// <param name="builder">The pool's builder.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The configuration has no connection string for this
    /// pool.</exception>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public static ConnectionPoolBuilder UseSqlite(this ConnectionPoolBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseSqlite(builder.GetConnectionString());
    }

    /// <summary>Uses SQLite through Microsoft.Data.Sqlite, with the connection string of the configuration.</summary>
    /// <param name="builder">The pool's builder.</param>
    /// <param name="options">How connections are set up.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The configuration has no connection string for this
    /// pool.</exception>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public static ConnectionPoolBuilder UseSqlite(this ConnectionPoolBuilder builder, SqliteProviderOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseSqlite(builder.GetConnectionString(), options);
    }
}
