namespace Cenote.PostgreSql;

/// <summary>
/// One data source of the driver for all sessions of a pool that log in as one user, unpooled: the types are loaded
/// once, what one session reloads is there for all, and a connection that the driver opens for itself is closed at
/// once.
/// </summary>
internal sealed class SharedSource(SharedSources owner, bool withoutOptions) : IDisposable
{
    private readonly TaskCompletionSource<NpgsqlDataSource> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal bool IsBuilt => _built.Task.IsCompletedSuccessfully;

    /// <summary>Once <see cref="IsBuilt"/>.</summary>
    internal NpgsqlDataSource DataSource => _built.Task.Result;

    /// <summary>Of this source's user alone: what another user's session was opened with is of no use here.</summary>
    internal OpenPasswords Passwords { get; } = new();

    /// <inheritdoc cref="SharedSources.UsesInternals"/>
    internal bool UsesInternals => owner.UsesInternals;

    internal OpeningAnswers Answers { get; } = new();

    internal string ConnectionString => DataSource.ConnectionString;

    /// <summary>The sessions that still belong to it. Guarded by the owner's lock.</summary>
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

        // Perhaps no caller waits for it.
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
                $"The configure callback of {nameof(PostgreSqlProvider)} has not returned within {timeout.TotalSeconds:0.###} s. It runs when a connection is opened, and all that open meanwhile wait for it: it must not wait for this pool itself, nor for what may never come."));
        }

        _ = _built.Task.GetAwaiter().GetResult();
    }

    /// <summary>Frees what was built. It is not built again.</summary>
    public void Dispose()
    {
        if (IsBuilt)
        {
            DataSource.Dispose();
        }
    }

    /// <summary>A session has ended.</summary>
    internal void Release() => owner.Release(this);

    // The driver avoids a host for ten seconds after a failure, also when no other is up. When to try again is the
    // pool's decision.
    private void ForgetHosts() => (DataSource as NpgsqlMultiHostDataSource)?.ClearDatabaseStates();
}
