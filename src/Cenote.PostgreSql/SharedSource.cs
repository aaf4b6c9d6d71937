using Npgsql;

namespace Cenote.PostgreSql;

/// <summary>
/// One data source of the driver for all sessions of a pool that log in as one user, unpooled: the types are loaded once, what one session
/// reloads is there for all, and a connection that the driver opens for itself is closed at once.
/// </summary>
internal sealed class SharedSource(SharedSources owner, NpgsqlDataSource dataSource)
{
    internal NpgsqlDataSource DataSource => dataSource;

    /// <inheritdoc cref="SharedSources.UsesInternals"/>
    internal bool UsesInternals => owner.UsesInternals;

    internal OpeningAnswers Answers { get; } = new();

    internal string ConnectionString => dataSource.ConnectionString;

    /// <summary>The sessions that still belong to it. Guarded by the owner's lock.</summary>
    internal int Sessions { get; set; }

    internal NpgsqlConnection CreateConnection() => dataSource.CreateConnection();

    internal void Open(NpgsqlConnection session, string? password)
    {
        ForgetHosts();
        using var scope = owner.Passwords.Use(password);
        session.Open();
    }

    internal async ValueTask OpenAsync(NpgsqlConnection session, string? password, CancellationToken cancellationToken)
    {
        ForgetHosts();
        using var scope = owner.Passwords.Use(password);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A session has ended.</summary>
    internal void Release() => owner.Release(this);

    // The driver avoids a host for ten seconds after a failure, also when no other is up. When to try again is the pool's decision.
    private void ForgetHosts() => (dataSource as NpgsqlMultiHostDataSource)?.ClearDatabaseStates();
}
