using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Transactions;
using IsolationLevel = System.Data.IsolationLevel;

namespace Cenote.MySql;

/// <summary>
/// A session in its own MySqlConnector pool. After a lease that left nothing open, the reset is sent at once, and its
/// answer is read with that to the next command. Otherwise the driver's connection is closed and opened.
/// </summary>
internal sealed class MySqlSession(MySqlDataSource dataSource, ConnectionSettings settings, bool resetsHere, Func<MySqlDataSource> unpooled)
    : PhysicalConnection(dataSource.CreateConnection(), SessionReset.ByPool, settings.ResetMode), IStatementTimeout, IDeferrableReset, ISessionStatus
{
    private MySqlHandlers _handlers;
    private readonly string _database = new MySqlConnectionStringBuilder(dataSource.ConnectionString).Database;
    private readonly bool _mayUseTls = new MySqlConnectionStringBuilder(dataSource.ConnectionString).SslMode != MySqlSslMode.None;
    private readonly bool _usesXa = new MySqlConnectionStringBuilder(dataSource.ConnectionString).UseXaTransactions;
    private PipelinedStream? _stream;
    private ResetRequest _request;
    private TimeSpan? _idleTimeout;
    private string? _initialRole;
    private string? _role;
    private string? _level;
    private string? _limit;
    private string? _namesToRestore;
    private bool _takesAttributes;
    private bool _limitsStatements;
    private bool _reportsTransactions;

    /// <summary>Gets the stream that sends resets; <see langword="null"/> when the driver resets.</summary>
    internal PipelinedStream? Stream => _stream;

    private MySqlConnection Session => (MySqlConnection)Connection;

    /// <summary>
    /// Gets whether the reset needs no answer, because the lease left nothing that could make it fail or take long. A
    /// holder that blocks waits for the answer itself, because another thread would cost more.
    /// </summary>
    public override bool CanResetInline => _stream is not null && (!_stream.WasAwaited || IsSentOnly());

    /// <summary>
    /// Gets whether the last answer shows no open transaction, and no warning that a later <c>SHOW WARNINGS</c> would
    /// show. Without the stream it is unknown.
    /// </summary>
    public bool IsAtRest => _stream is { MayBeInTransaction: false, MayHaveWarnings: false, HasDeferred: false };

    /// <summary>
    /// Determines whether a transaction of the driver leaves the isolation level that the session began with. The
    /// driver sets a level for the session with each transaction, also when none is requested.
    /// </summary>
    internal bool KeepsLevel(IsolationLevel requested) => KeepsLevel(_level, requested);

    /// <inheritdoc cref="KeepsLevel(IsolationLevel)"/>
    internal static bool KeepsLevel(string? level, IsolationLevel requested) => level is not null && level == requested switch
    {
        IsolationLevel.ReadUncommitted => "READ-UNCOMMITTED",
        IsolationLevel.ReadCommitted => "READ-COMMITTED",
        IsolationLevel.Serializable => "SERIALIZABLE",
        _ => "REPEATABLE-READ",
    };

    /// <inheritdoc cref="ISessionActivityReader.GetSession"/>
    internal SessionIdentity? Identity
    {
        get
        {
            try
            {
                return Session.State == ConnectionState.Open ? new SessionIdentity(Session.ServerThread, MySqlConnectorInternals.PortOf(Session)) : null;
            }
            catch (InvalidOperationException)
            {
                // Closed at this moment.
                return null;
            }
        }
    }

    /// <inheritdoc/>
    public override bool CanReuseCommand(DbCommand command) => command is MySqlCommand;

    /// <inheritdoc/>
    public override bool HasPeerClosed => _stream?.HasPeerClosed == true;

    /// <inheritdoc/>
    public override void Open()
    {
        base.Open();
        SetUpAsync(blocks: true, CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>
    /// Opens the session on a thread of its own, because a socket that was used asynchronously once costs callers that
    /// block more for ever, and the opposite costs nothing. Not with TLS: the driver's blocking handshake has no
    /// timeout.
    /// </summary>
    /// <param name="cancellationToken">A token to cancel the open. A blocking open ignores it, and ends at the driver's
    /// timeout: until then it may have a session at the server.</param>
    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        if (_mayUseTls)
        {
            await base.OpenAsync(cancellationToken).ConfigureAwait(false);
            await SetUpAwaitedAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await OwnThread.RunAsync(Open).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Sets up the session. The token shuts the socket down, because the driver would send KILL QUERY on another
    /// connection and wait for that, at a server that may be silent.
    /// </summary>
    private async ValueTask SetUpAwaitedAsync(CancellationToken cancellationToken)
    {
        if (!MySqlConnectorInternals.IsReachable)
        {
            await SetUpAsync(blocks: false, cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            await using (cancellationToken.UnsafeRegister(static session => MySqlConnectorInternals.TryCut((MySqlConnection)session!), Session).ConfigureAwait(false))
            {
                await SetUpAsync(blocks: false, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The set-up of the session was cancelled.", exception, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Sets up the session. When it blocks, the task that it returns has ended.</summary>
    private async ValueTask SetUpAsync(bool blocks, CancellationToken cancellationToken)
    {
        (var names, _idleTimeout, _level) = blocks ? Session.ReadStart() : await Session.ReadStartAsync(cancellationToken).ConfigureAwait(false);
        (_initialRole, var hasRoles) = ResetMode != ResetMode.Full ? default : blocks ? Session.ReadRole() : await Session.ReadRoleAsync(cancellationToken).ConfigureAwait(false);
        _role = hasRoles ? _initialRole : null;
        _stream = resetsHere ? MySqlConnectorInternals.TryPipeline(Session, wasAwaited: !blocks) : null;
        _takesAttributes = _stream is not null && MySqlConnectorInternals.TakesQueryAttributes(Session);
        _request = ResetRequest.Of([], _takesAttributes);

        // A reset restores the character set of the handshake, which may differ from the driver's later choice.
        if (ResetMode == ResetMode.Full && _stream is not null)
        {
            _stream.IsOnTrial = true;
            SendReset();
            var restored = blocks ? Session.ReadNames() : await Session.ReadNamesAsync(cancellationToken).ConfigureAwait(false);
            _namesToRestore = string.Equals(restored, names, StringComparison.Ordinal) ? null : names;
            _stream.IsOnTrial = false;
            if (_stream.WasRefused)
            {
                // The driver resets. The stream stays, and passes everything on.
                _stream = null;
            }
        }

        if (ResetMode == ResetMode.Rollback && _stream is not null)
        {
            await TryTransactionAsync(_stream, blocks, cancellationToken).ConfigureAwait(false);
        }

        if (settings.QueryTimeout is { } limit)
        {
            var statement = blocks ? Session.SetLimit(limit) : await Session.SetLimitAsync(limit, cancellationToken).ConfigureAwait(false);
            _limitsStatements = statement is not null;
            _limit = ResetMode == ResetMode.Full ? statement : null;
        }

        PrepareRequest();
        if (_namesToRestore is not null)
        {
            if (blocks)
            {
                Session.Execute(_namesToRestore, timeout: null);
            }
            else
            {
                await Session.ExecuteAsync(_namesToRestore, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Makes every later reset restore the initial role. The user of a session may have been without roles when it was
    /// opened, which costs its resets nothing.
    /// </summary>
    /// <exception cref="NotSupportedException">The initial role is not known.</exception>
    internal void RestoreRole()
    {
        if (_role is null)
        {
            _role = _initialRole ?? throw new NotSupportedException(
                "A role cannot be set in this session, because the server did not report its initial role, which each reset must restore. Use a server with roles (MariaDB 10.0.5, MySQL 8.0), and a proxy that passes CURRENT_ROLE() on.");
            PrepareRequest();
        }
    }

    private void PrepareRequest() => _request = ResetRequest.Of([_namesToRestore, HasFixedRole ? null : _role, _limit], _takesAttributes);

    /// <summary>
    /// Determines whether the server, or a proxy before it, reports an open transaction. Without, each lease is rolled
    /// back.
    /// </summary>
    private async ValueTask TryTransactionAsync(PipelinedStream stream, bool blocks, CancellationToken cancellationToken)
    {
        const string Begin = "START TRANSACTION";
        const string End = "ROLLBACK";
        if (blocks)
        {
            Session.Execute(Begin, timeout: null);
        }
        else
        {
            await Session.ExecuteAsync(Begin, cancellationToken).ConfigureAwait(false);
        }

        var showsBegin = stream.ShowsTransaction;
        if (blocks)
        {
            Session.Execute(End, timeout: null);
        }
        else
        {
            await Session.ExecuteAsync(End, cancellationToken).ConfigureAwait(false);
        }

        _reportsTransactions = showsBegin && !stream.ShowsTransaction;
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

    /// <inheritdoc/>
    public override void ResetSession()
    {
        if (!IsClean())
        {
            // The driver ends transactions, readers and a changed database, and resets the session if configured.
            var thread = Session.ServerThread;
            Session.Close();
            Session.Open();
            ThrowIfReplaced(thread);
            if (StatementAfterDriver is { } statement)
            {
                Session.Execute(statement, timeout: null);
            }

            return;
        }

        var isInDoubt = IsInDoubt(_stream);
        if (ResetMode == ResetMode.Full)
        {
            SendReset();
            if (isInDoubt)
            {
                _stream.ReadAnswers(settings.ConnectTimeout);
            }
        }

        if (StatementAfter(isInDoubt) is { } after)
        {
            Session.Execute(after, timeout: null);
        }
    }

    /// <inheritdoc/>
    public bool TryDeferReset()
    {
        if (ResetMode != ResetMode.Full || !IsSentOnly())
        {
            return false;
        }

        SendReset(defers: true);
        return true;
    }

    /// <inheritdoc/>
    public void SendDeferredReset() => _stream?.SendDeferred();

    /// <inheritdoc/>
    public override ValueTask ResetSessionAsync(CancellationToken cancellationToken)
    {
        if (IsSentOnly())
        {
            ResetSession();
            return ValueTask.CompletedTask;
        }

        return _stream is { WasAwaited: false } ? new ValueTask(OwnThread.RunAsync(ResetSession)) : ResetAwaitedAsync(cancellationToken);
    }

    private async ValueTask ResetAwaitedAsync(CancellationToken cancellationToken)
    {
        if (!IsClean())
        {
            var thread = Session.ServerThread;
            await Session.CloseAsync().ConfigureAwait(false);
            await Session.OpenAsync(cancellationToken).ConfigureAwait(false);
            ThrowIfReplaced(thread);
            if (StatementAfterDriver is { } statement)
            {
                await Session.ExecuteAsync(statement, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        var isInDoubt = IsInDoubt(_stream);
        if (ResetMode == ResetMode.Full)
        {
            SendReset();
            if (isInDoubt)
            {
                await _stream.ReadAnswersAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        if (StatementAfter(isInDoubt) is { } after)
        {
            await Session.ExecuteAsync(after, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override void Validate(TimeSpan timeout) => Session.Validate(timeout);

    /// <inheritdoc/>
    public override ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken) => _stream is { WasAwaited: false }
        ? new ValueTask(OwnThread.RunAsync(() => Session.Validate(Timeout.InfiniteTimeSpan)))
        : Session.ValidateAsync();

    /// <inheritdoc/>
    public override TransactionBranch BeginBranch(Transaction transaction) =>
        _usesXa ? XaBranch.Begin(Session, transaction) : LocalBranch.Begin(Session, transaction);

    /// <inheritdoc/>
    public override async ValueTask<TransactionBranch> BeginBranchAsync(Transaction transaction, CancellationToken cancellationToken) => _usesXa
        ? await XaBranch.BeginAsync(Session, transaction, cancellationToken).ConfigureAwait(false)
        : await LocalBranch.BeginAsync(Session, transaction, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override string? FindTwoPhaseProblem() => _usesXa ? null : LocalBranch.Problem;

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

    // A reset restores the server's own limit, but not the role.
    private string? StatementAfterDriver => ResetMode == ResetMode.Rollback
        ? "ROLLBACK" // Without a reset, the driver ends only the transactions that were begun through it.
        : _role is null || _limit is null ? _role ?? _limit : _role + "; " + _limit;

    private string? StatementAfter(bool isInDoubt) => ResetMode == ResetMode.Rollback && isInDoubt ? "ROLLBACK" : HasFixedRole ? _role : null;

    // The server may refuse the role that a session began in, which must not reach the next holder.
    private bool HasFixedRole => _role is not (null or SessionCommands.NoRole);

    private bool IsSentOnly() => !HasFixedRole && IsClean() && !IsInDoubt(_stream);

    private bool IsInDoubt(PipelinedStream stream) => stream.MayBeInTransaction || (ResetMode == ResetMode.Rollback && !_reportsTransactions);

    /// <summary>Determines whether the lease left nothing that only the driver can end.</summary>
    [MemberNotNullWhen(true, nameof(_stream))]
    private bool IsClean() =>
        _stream is not null && MySqlConnectorInternals.IsAtRest(Session) && string.Equals(Session.Database, _database, StringComparison.Ordinal);

    private void SendReset(bool defers = false)
    {
        _stream!.SendReset(_request, defers);
        MySqlConnectorInternals.ForgetPreparedStatements(Session);
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
}
