using System.Data.Common;
using System.Transactions;

namespace Cenote.PostgreSql;

/// <summary>
/// A session of the server, opened and queried for its initial state. Derived types decide how it is reset.
/// </summary>
internal abstract class PostgreSqlSession(
    NpgsqlConnection session, SessionReset sessionReset, ConnectionSettings settings, PoolerTraits pooler, OpeningAnswers answers)
    : PhysicalConnection(session, sessionReset, settings.ResetMode), IStatementTimeout
{
    private const string PreparedTransactions = "SHOW max_prepared_transactions";

    private int _process;
    private NpgsqlHandlers _handlers;
    private ContextCommand? _context;

    /// <summary>
    /// Gets whether the session is alive as far as the driver knows, and is the one that was opened for the slot.
    /// </summary>
    public override bool IsUsable => Session.IsStill(_process);

    /// <inheritdoc cref="ISessionActivityReader.GetSession"/>
    internal SessionIdentity? Identity
    {
        get
        {
            try
            {
                return Session.IsStill(_process) ? new SessionIdentity(_process, NpgsqlConnectionInternals.PortOf(Session)) : null;
            }
            catch (InvalidOperationException)
            {
                // Closed at this moment.
                return null;
            }
        }
    }

    /// <inheritdoc/>
    public override bool HasOneSession => Backend.IsDirect;

    /// <inheritdoc/>
    public override bool HasPeerClosed => NpgsqlConnectionInternals.HasPeerClosed(Session);

    /// <summary>Gets the session's <c>idle_session_timeout</c>, from PostgreSQL 14 on.</summary>
    public override TimeSpan? ServerIdleTimeout => Backend.IdleTimeout;

    /// <inheritdoc/>
    public bool SupportsStatementTimeout => Backend.LimitsStatements;

    protected NpgsqlConnection Session => (NpgsqlConnection)Connection;

    protected ConnectionSettings Settings { get; } = settings;

    protected ServerProcess Backend { get; } = new(settings, pooler, answers);

    /// <inheritdoc/>
    public override bool CanReuseCommand(DbCommand command) => command is NpgsqlCommand;

    /// <inheritdoc/>
    public override void Open()
    {
        Connect();
        _process = Session.ProcessID;
        Session.Ask(Backend);
    }

    /// <inheritdoc/>
    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await ConnectAsync(cancellationToken).ConfigureAwait(false);
        _process = Session.ProcessID;
        await Session.AskAsync(Backend, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void SaveHandlers()
    {
        base.SaveHandlers();
        _handlers = NpgsqlHandlers.Of(Session);
    }

    /// <inheritdoc/>
    public override void RemoveHandlers()
    {
        base.RemoveHandlers();
        _handlers.Restore(Session);
    }

    /// <inheritdoc/>
    public override void Validate(TimeSpan timeout)
    {
        if (ResetMode == ResetMode.Full)
        {
            Session.Check(Backend, timeout);
        }
        else
        {
            Session.Execute(SessionCommands.Validation, timeout);
        }
    }

    /// <inheritdoc/>
    public override ValueTask ValidateAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        ResetMode == ResetMode.Full
            ? Session.CheckAsync(Backend, timeout, cancellationToken)
            : Session.ExecuteAsync(SessionCommands.Validation, timeout, cancellationToken);

    /// <inheritdoc/>
    public override TransactionBranch BeginBranch(Transaction transaction) => new PostgreSqlBranch(Session, transaction);

    /// <inheritdoc/>
    public override string? FindTwoPhaseProblem()
    {
        using var command = Session.CreateCommand();
        command.CommandText = PreparedTransactions;
        return ExplainPrepared(command.ExecuteScalar());
    }

    /// <inheritdoc/>
    public override async ValueTask<string?> FindTwoPhaseProblemAsync(CancellationToken cancellationToken)
    {
        var command = Session.CreateCommand();
        await using var ofCommand = command.ConfigureAwait(false);
        command.CommandText = PreparedTransactions;
        return ExplainPrepared(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false));
    }

    private static string? ExplainPrepared(object? limit) =>
        limit is "0" ? "The server can prepare no transaction for a common commit, because its max_prepared_transactions is 0." : null;

    /// <inheritdoc/>
    public void SetStatementTimeout(TimeSpan? timeout) => Session.Execute(SessionCommands.SetLimit(timeout));

    /// <inheritdoc/>
    public ValueTask SetStatementTimeoutAsync(TimeSpan? timeout, CancellationToken cancellationToken) =>
        Session.ExecuteAsync(SessionCommands.SetLimit(timeout), timeout: null, cancellationToken);

    /// <inheritdoc cref="ISessionContextProvider.SetContext"/>
    internal void SetContext(IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout)
    {
        if (MustRollBack)
        {
            Session.Execute(SessionCommands.Rollback, timeout);
        }

        var command = PrepareContext(entries, timeout);
        try
        {
            CheckContext(command.ExecuteScalar());
        }
        finally
        {
            command.Clear();
        }
    }

    /// <inheritdoc cref="ISessionContextProvider.SetContextAsync"/>
    internal async ValueTask SetContextAsync(IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (MustRollBack)
        {
            await Session.ExecuteAsync(SessionCommands.Rollback, timeout, cancellationToken).ConfigureAwait(false);
        }

        var command = PrepareContext(entries, timeout);
        try
        {
            CheckContext(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            command.Clear();
        }
    }

    protected abstract void Connect();

    protected abstract ValueTask ConnectAsync(CancellationToken cancellationToken);

    // Where nothing ends the transaction of the last holder, its rollback would take the context back. Without the
    // driver's members it is not known, and a ROLLBACK outside of a transaction is a warning in the server's log.
    private bool MustRollBack => !RequiresReset && (!NpgsqlInternals.AreReachable || NpgsqlInternals.HasTransaction(Session));

    private ContextCommand PrepareContext(IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout)
    {
        Backend.CheckContext(process: 0);
        return _context = ContextCommand.For(_context, Session, entries, Backend.MayShareSessions ? Backend.Process : null, timeout);
    }

    private void CheckContext(object? firstColumn)
    {
        if (Backend.MayShareSessions && firstColumn is int process)
        {
            Backend.CheckContext(process);
        }
    }
}
