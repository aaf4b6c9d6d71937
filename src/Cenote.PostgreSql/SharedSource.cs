namespace Cenote.PostgreSql;

/// <summary>
/// An unpooled data source of the driver for all sessions of a pool with one user. Types are loaded once, reloaded
/// types reach all sessions, and a connection that the driver opens for itself is closed immediately.
/// </summary>
internal sealed class SharedSource(SharedSources owner, bool withoutOptions) : IDisposable
{
    private readonly TaskCompletionSource<NpgsqlDataSource> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal bool IsBuilt => _built.Task.IsCompletedSuccessfully;

    /// <summary>Gets the data source, once <see cref="IsBuilt"/>.</summary>
    internal NpgsqlDataSource DataSource => _built.Task.Result;

    /// <summary>Gets the passwords of this source's user only.</summary>
    internal OpenPasswords Passwords { get; } = new();

    /// <inheritdoc cref="SharedSources.UsesInternals"/>
    internal bool UsesInternals => owner.UsesInternals;

    internal OpeningAnswers Answers { get; } = new();

    internal string ConnectionString => DataSource.ConnectionString;

    /// <summary>
    /// Makes types that the holder of a session reloaded known to the others, which do not find them there with several
    /// hosts.
    /// </summary>
    internal void ShareTypes(NpgsqlConnection session)
    {
        if (DataSource is NpgsqlMultiHostDataSource)
        {
            NpgsqlInternals.RefreshTypes(session);
        }
    }

    /// <summary>Gets or sets the number of its sessions. Guarded by the owner's lock.</summary>
    internal int Sessions { get; set; }

    internal NpgsqlConnection CreateConnection() => DataSource.CreateConnection();

    internal void Open(NpgsqlConnection session, string? password)
    {
        ForgetHosts();
        using var scope = Passwords.Use(password);
        try
        {
            session.Open();
        }
        catch (Exception exception) when (withoutOptions)
        {
            PoolerTraits.MarkWithoutOptions(exception);
            throw;
        }
    }

    internal async ValueTask OpenAsync(NpgsqlConnection session, string? password, CancellationToken cancellationToken)
    {
        ForgetHosts();
        using var scope = Passwords.Use(password);
        try
        {
            await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (withoutOptions)
        {
            PoolerTraits.MarkWithoutOptions(exception);
            throw;
        }
    }

    internal void Complete(NpgsqlDataSource dataSource) => _built.SetResult(dataSource);

    internal void Fail(Exception exception)
    {
        _built.SetException(exception);

        // A caller need not be waiting for it.
        _ = _built.Task.Exception;
    }

    /// <summary>Waits until another thread has built it.</summary>
    /// <param name="timeout">The longest wait, on the thread's own clock, as the driver's own timeout is.</param>
    /// <exception cref="TimeoutException">The user's callback has not returned.</exception>
    internal void WaitUntilBuilt(TimeSpan timeout)
    {
        if (!_built.Task.IsCompleted && Task.WaitAny([_built.Task], timeout) < 0)
        {
            throw new TimeoutException(FormattableString.Invariant(
                $"The configure callback of {nameof(PostgreSqlProvider)} has not returned within {timeout.TotalSeconds:0.###} s. It runs when a connection is opened, and concurrent opens wait for it. It must not wait for this pool, or forever."));
        }

        _ = _built.Task.GetAwaiter().GetResult();
    }

    /// <summary>Frees the data source. It is not built again.</summary>
    public void Dispose()
    {
        if (IsBuilt)
        {
            DataSource.Dispose();
        }
    }

    /// <summary>Records that a session has ended.</summary>
    internal void Release() => owner.Release(this);

    // The driver avoids a host for ten seconds after a failure, even without another host. The pool decides about the
    // next attempt.
    private void ForgetHosts() => (DataSource as NpgsqlMultiHostDataSource)?.ClearDatabaseStates();
}
