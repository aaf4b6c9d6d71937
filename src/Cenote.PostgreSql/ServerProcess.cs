using System.Data.Common;
using System.Globalization;

namespace Cenote.PostgreSql;

/// <summary>
/// The server process of a connection, as the server reports it. A proxy may pass statements to changing processes, and
/// may drop start-up options. Both are detected with queries that travel with other round trips.
/// </summary>
/// <remarks>Belongs to one connection, whose calls come one at a time.</remarks>
internal sealed class ServerProcess(ConnectionSettings settings, PoolerTraits pooler, OpeningAnswers answers)
{
    // Unknown (0) until the session is queried.
    private int _process;
    private bool _isDirect;
    private int _leases;
    private int _nextCheck = 2;

    /// <summary>Gets whether new sessions start in a role, which older servers lose in a reset.</summary>
    internal bool StartsInRole => settings.ResetMode == ResetMode.Full && answers.StartsInRole;

    /// <summary>
    /// Gets whether leases may leave a replication origin, which DISCARD ALL does not reset. Later transactions would
    /// count as replicated.
    /// </summary>
    /// <returns><see langword="null"/> when the session must query it, because it was opened without a query before the
    /// first answer.</returns>
    internal bool? MayHaveOrigin => answers.MayHaveOrigin;

    /// <inheritdoc cref="OpeningAnswers.IsDirect"/>
    internal bool IsDirect => answers.IsDirect;

    /// <inheritdoc cref="OpeningAnswers.RecordOrigin"/>
    internal void RecordOrigin() => answers.RecordOrigin();

    /// <summary>Gets whether the server ends statements at the pool's limit.</summary>
    internal bool LimitsStatements => answers.LimitsStatements;

    /// <summary>
    /// Decides whether an opened connection is queried. Then <see cref="EndQuestion"/> must follow.
    /// </summary>
    internal bool BeginQuestion() => answers.BeginQuestion();

    /// <summary>Gets whether a connection without an answer is unusable.</summary>
    internal bool MustKnow => settings.ResetMode == ResetMode.Full || settings.QueryTimeout is not null;

    /// <summary>Gets the server's idle timeout, or <see langword="null"/> for no limit.</summary>
    internal TimeSpan? IdleTimeout => answers.IdleTimeout;

    /// <inheritdoc cref="OpeningAnswers.EndQuestion"/>
    internal void EndQuestion() => answers.EndQuestion();

    /// <summary>
    /// Gets a query that returns no rows in the usual state. The driver then prepares nothing for reading values.
    /// </summary>
    internal string UsualQuery(NpgsqlConnection session) => string.Create(
        CultureInfo.InvariantCulture,
        $"SELECT 1 WHERE current_setting('role') <> 'none' OR pg_backend_pid() <> {session.ProcessID} OR coalesce(current_setting('idle_session_timeout', true), '0') <> '0'{(settings.QueryTimeout is { } wanted ? string.Create(CultureInfo.InvariantCulture, $" OR current_setting('statement_timeout')::interval NOT BETWEEN '1 ms' AND '{Math.Ceiling(wanted.TotalMilliseconds)} ms'") : null)}{(AsksForOrigin ? " OR " + SessionCommands.OriginPrivilege : null)}");

    /// <summary>Records the usual state.</summary>
    internal void RecordUsual(NpgsqlConnection session)
    {
        (_process, _isDirect) = (session.ProcessID, true);
        answers.Record(startsInRole: false, isProxied: false, limitsStatements: true, mayHaveOrigin: false, idleTimeout: null);
    }

    /// <summary>
    /// Gets whether the opening query includes the origin. Only the pool's own reset resets it without another round
    /// trip per lease.
    /// </summary>
    private bool AsksForOrigin => settings is { ResetMode: ResetMode.Full, SessionReset: SessionReset.ByPool };

    /// <summary>
    /// Gets whether the process is queried with the next reset, if the reset itself has no answer. This is rare, and
    /// only behind a proxy.
    /// </summary>
    internal bool IsCheckDue => answers.IsProxied && !pooler.SharesSessions && settings.ResetMode == ResetMode.Full && _leases >= _nextCheck;

    /// <summary>Reads the answer to <see cref="SessionCommands.OpeningQuery"/>.</summary>
    /// <param name="row">The role, the process, the limit in force in milliseconds, whether the user may set a
    /// replication origin, and the limit for idle sessions in seconds.</param>
    /// <param name="session">The connection, with the process id of the login.</param>
    internal void RecordOpened(DbDataReader row, NpgsqlConnection session)
    {
        _process = row.GetInt32(1);
        _isDirect = _process == session.ProcessID;
        var limitsStatements = true;
        if (settings.QueryTimeout is { } wanted)
        {
            var inForce = row.GetDouble(2);
            limitsStatements = inForce > 0 && inForce <= Math.Ceiling(wanted.TotalMilliseconds);
            if (!limitsStatements)
            {
                settings.OnWarning?.Invoke(LimitNotKept(wanted, inForce));
            }
        }

        // PgBouncer gives each client its own number, because a cancel request must reach it and not the server.
        answers.Record(row.GetString(0) != "none", !_isDirect, limitsStatements, AsksForOrigin && row.GetBoolean(3), !row.IsDBNull(4) && row.GetDouble(4) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null);
    }

    /// <summary>Counts a lease that ended.</summary>
    internal void RecordLease() => _leases++;

    /// <summary>
    /// Compares the process that answers now with the one that answered when the connection was opened.
    /// </summary>
    internal void Check(int process)
    {
        _nextCheck = _leases * 2;
        _process = _process == 0 ? process : _process;
        if (process == _process)
        {
            return;
        }

        RecordOtherProcess();
        if (settings.ResetMode == ResetMode.Full && !pooler.SharesSessions)
        {
            pooler.SharesSessions = true;
            settings.OnWarning?.Invoke(SessionsShared());
        }
    }

    /// <summary>
    /// Records that another process answered than that of the login. Where the login named the first one, as without a
    /// proxy, no login of this pool is trusted any more.
    /// </summary>
    private void RecordOtherProcess()
    {
        pooler.HidesProcesses |= _isDirect;
        _isDirect = false;
    }

    /// <summary>Gets whether the statement that sets a session context must also query the process.</summary>
    internal bool MayShareSessions => answers.IsProxied;

    /// <summary>Gets the server's process; 0 while it is not known.</summary>
    internal int Process => _process;

    /// <summary>Checks that a session context reaches, and stays in, the session of this connection.</summary>
    /// <param name="process">The process that set the context; 0 before it is set.</param>
    /// <exception cref="NotSupportedException">A proxy pools transactions or statements.</exception>
    /// <remarks>A connection whose login named the process that answers takes contexts, whatever others of the pool
    /// have shown, unless one of those had such a login, too.</remarks>
    internal void CheckContext(int process)
    {
        if (process != 0 && process != _process)
        {
            if (_process != 0)
            {
                RecordOtherProcess();
            }

            if (_process == 0)
            {
                _process = process;
            }
            else if (!pooler.SharesSessions)
            {
                pooler.SharesSessions = true;
                settings.OnWarning?.Invoke(SessionsShared());
            }
        }

        if (pooler.SharesSessions && (!_isDirect || pooler.HidesProcesses))
        {
            throw new NotSupportedException(
                "A session context cannot be set through this proxy: it pools transactions or statements, so one connection is answered by different sessions of the server, and the context would reach other callers. Use session pooling (PgBouncer: pool_mode = session), and build the pool again, because it does not forget what it has seen. Or set the values within each transaction (SET LOCAL, set_config with is_local). Connections that are opened without the proxy take contexts at once; ConnectionPool.Clear replaces the others.");
        }
    }

    private static ConnectionWarning SessionsShared() => new()
    {
        Code = "SessionsShared",
        Message = "one connection is answered by different sessions of the server, because a proxy pools transactions or statements. State of a lease (SET, temporary tables, advisory locks, LISTEN, prepared statements) is visible to other leases and applications, and the reset after a lease resets another session.",
        Recommendation = "Use session pooling (PgBouncer: pool_mode = session), or keep all state within transactions and set ResetMode to Rollback.",
    };

    private static ConnectionWarning LimitNotKept(TimeSpan wanted, double inForce) => new()
    {
        Code = "QueryTimeoutNotKept",
        Message = string.Create(
            CultureInfo.InvariantCulture,
            $"the server does not keep QueryTimeout ({wanted.TotalSeconds:0.###} s): its statement_timeout is {(inForce > 0 ? string.Create(CultureInfo.InvariantCulture, $"{inForce / 1000:0.###} s") : "off")}. A proxy drops the start-up option. The pool ends commands of a PooledConnection, but raw leases (RentAsync) have no limit."),
        Recommendation = "Set the limit where the proxy cannot drop it: ALTER ROLE … SET statement_timeout, for the role that the pool connects as.",
    };
}
