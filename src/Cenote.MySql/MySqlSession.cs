namespace Cenote.MySql;

/// <summary>
/// A session in its own MySqlConnector pool. The pool resets it by closing and opening the driver's connection, or with
/// one statement when no work is left open.
/// </summary>
internal sealed class MySqlSession(MySqlDataSource dataSource, ConnectionSettings settings, bool resetsHere, Func<MySqlDataSource> unpooled)
    : PhysicalConnection(dataSource.CreateConnection(), SessionReset.ByPool, settings.ResetMode), IStatementTimeout
{
    private MySqlHandlers _handlers;
    private readonly string _database = new MySqlConnectionStringBuilder(dataSource.ConnectionString).Database;
    private string _names = "";
    private TimeSpan? _idleTimeout;
    private string? _afterReset;
    private bool _knowsReset;
    private bool _limitsStatements;

    private MySqlConnection Session => (MySqlConnection)Connection;

    /// <inheritdoc/>
    public override void Open()
    {
        base.Open();
        (_names, _idleTimeout) = Session.ReadStart();
        if (ResetMode == ResetMode.Full)
        {
            _afterReset = Session.ReadRole();
        }
        else if (ResetMode == ResetMode.Rollback)
        {
            // Without a reset, the driver ends only the transactions that were begun through it.
            _afterReset = "ROLLBACK";
        }

        if (settings.QueryTimeout is { } limit)
        {
            RecordLimit(Session.SetLimit(limit));
        }
    }

    /// <inheritdoc/>
    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await base.OpenAsync(cancellationToken).ConfigureAwait(false);
        (_names, _idleTimeout) = await Session.ReadStartAsync(cancellationToken).ConfigureAwait(false);
        if (ResetMode == ResetMode.Full)
        {
            _afterReset = await Session.ReadRoleAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (ResetMode == ResetMode.Rollback)
        {
            _afterReset = "ROLLBACK";
        }

        if (settings.QueryTimeout is { } limit)
        {
            RecordLimit(await Session.SetLimitAsync(limit, cancellationToken).ConfigureAwait(false));
        }
    }

    /// <inheritdoc/>
    public override void SaveHandlers()
    {
        base.SaveHandlers();
        _handlers = MySqlHandlers.Of(Session);
    }

    /// <inheritdoc/>
    public override void RemoveHandlers()
    {
        base.RemoveHandlers();
        _handlers.Restore(Session);
    }

    /// <summary>Makes the driver reset the session, because the one statement has no blocking form.</summary>
    public override void ResetSession()
    {
        var thread = Session.ServerThread;
        Session.Close();
        Session.Open();
        ThrowIfReplaced(thread);
        if (_afterReset is not null)
        {
            Session.Execute(_afterReset, timeout: null);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask ResetSessionAsync(CancellationToken cancellationToken)
    {
        if (resetsHere && MySqlConnectorInternals.IsAtRest(Session) && string.Equals(Session.Database, _database, StringComparison.Ordinal))
        {
            await Session.ResetConnectionAsync(cancellationToken).ConfigureAwait(false);
            MySqlConnectorInternals.ForgetPreparedStatements(Session);
            if (!_knowsReset)
            {
                await LearnNamesAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        else
        {
            // The driver ends transactions, readers and a changed database, and resets the session if configured.
            var thread = Session.ServerThread;
            await Session.CloseAsync().ConfigureAwait(false);
            await Session.OpenAsync(cancellationToken).ConfigureAwait(false);
            ThrowIfReplaced(thread);
        }

        if (_afterReset is not null)
        {
            await Session.ExecuteAsync(_afterReset, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override void Validate(TimeSpan timeout) => Session.Validate(timeout);

    /// <inheritdoc/>
    public override ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken) => Session.ValidateAsync();

    /// <summary>Gets the session's <c>wait_timeout</c>.</summary>
    public override TimeSpan? ServerIdleTimeout => _idleTimeout;

    /// <inheritdoc/>
    public bool SupportsStatementTimeout => _limitsStatements;

    /// <inheritdoc/>
    public void SetStatementTimeout(TimeSpan? timeout) => ThrowIfUnlimited(Session.SetLimit(timeout));

    /// <inheritdoc/>
    public async ValueTask SetStatementTimeoutAsync(TimeSpan? limit, CancellationToken cancellationToken) =>
        ThrowIfUnlimited(await Session.SetLimitAsync(limit, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override async ValueTask CloseAsync()
    {
        await base.CloseAsync().ConfigureAwait(false);
        await dataSource.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Ends the session during a call. Closing the driver's connection would read its answer with two threads. So only
    /// the socket is shut down, and the holder's own thread gets the failure. The server is requested to end the
    /// session, because it would only notice the shutdown when it sends an answer.
    /// </summary>
    public override async ValueTask AbortAsync()
    {
        if (MySqlConnectorInternals.TryCut(Session) is not { } cut)
        {
            await CloseAsync().ConfigureAwait(false);
            return;
        }

        await dataSource.DisposeAsync().ConfigureAwait(false);
        if (cut.Port is { } port)
        {
            await KillAsync(cut.Thread, port).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Ends the session by number and client port. After a restart or behind a proxy, another session may have the
    /// number, and must not be killed. A Unix socket has no port, so the server notices the shutdown when it sends an
    /// answer.
    /// </summary>
    private async Task KillAsync(int thread, int port)
    {
        var other = unpooled();
        await using (other.ConfigureAwait(false))
        {
            var connection = await other.OpenConnectionAsync().ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                using var look = new MySqlCommand("SELECT count(*) FROM information_schema.processlist WHERE id = @id AND host LIKE concat('%:', @port)", connection);
                look.Parameters.AddWithValue("@id", thread);
                look.Parameters.AddWithValue("@port", port);
                if (await look.ExecuteScalarAsync().ConfigureAwait(false) is > 0L)
                {
                    connection.Execute(FormattableString.Invariant($"KILL {thread}"), timeout: null);
                }
            }
        }
    }

    // A reset restores the server's own limit.
    private void RecordLimit(string? statement)
    {
        _limitsStatements = statement is not null;
        if (statement is not null && ResetMode == ResetMode.Full)
        {
            _afterReset = _afterReset is null ? statement : _afterReset + "; " + statement;
        }
    }

    private static void ThrowIfUnlimited(string? statement)
    {
        if (statement is null)
        {
            throw new NotSupportedException("The server has no statement timeout. Use a PooledConnection, whose commands the pool ends itself.");
        }
    }

    // The driver silently replaces a dead session. The pool must detect it, because it counts sessions and their ages.
    private void ThrowIfReplaced(int thread)
    {
        if (Session.ServerThread != thread)
        {
            throw new IOException("The session was lost before it could be reset.");
        }
    }

    // A reset restores the character set of the handshake, which may differ from the driver's later choice.
    private async ValueTask LearnNamesAsync(CancellationToken cancellationToken)
    {
        if (!string.Equals(await Session.ReadNamesAsync(cancellationToken).ConfigureAwait(false), _names, StringComparison.Ordinal))
        {
            _afterReset = _afterReset is null ? _names : _names + "; " + _afterReset;
        }

        _knowsReset = true;
    }
}
