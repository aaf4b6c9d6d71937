using System.Data;
using System.Security.Cryptography.X509Certificates;
using Cenote.MySql;
using Cenote.MySql.Replication;

namespace Cenote;

/// <summary>A provider for MySQL, MariaDB and servers with their protocol, through MySqlConnector.</summary>
/// <remarks>
/// <para>
/// The return sends the reset of the session (<see cref="SessionReset.ByPool"/>), and the next command reads its
/// answer. MySqlConnector's own pool makes the next caller wait for it. If a caller waits for the connection, the reset
/// is sent with that caller's first command, at the latest some 5 ms later. The reset restores user locks, temporary
/// tables, variables, isolation level, prepared statements and the current database.
/// </para>
/// <para>
/// With <see cref="ResetMode.Rollback"/> a lease that changed the database has its whole session reset, because the
/// driver cannot restore it otherwise.
/// </para>
/// <para>
/// Within a <c>TransactionScope</c> a connection joins the ambient transaction, unless
/// <see cref="ConnectionPoolOptions.AmbientTransactionBehavior"/> is another or the connection string turns it off
/// (<c>Auto Enlist=false</c>). It is an XA transaction, which ignores the isolation level of the scope, unless
/// <c>Use XA Transactions=false</c>. Thread-safe.
/// </para>
/// </remarks>
public sealed partial class MySqlProvider : DriverProvider<MySqlConnectionStringBuilder>, IServerStatusReader, IReplicationPositionReader, IReplicationPositionWaiter, IConnectFailureAdvisor, ISessionContextProvider, ISessionRules
{
    // "Cancellation Timeout" has whole seconds. The driver treats a value below 1 as 3.
    private static readonly TimeSpan ShortestCancelTimeout = TimeSpan.FromSeconds(1);

    private readonly Action<MySqlDataSourceBuilder>? _configure;
    private readonly StatusReader _status = new();

    /// <summary>Initializes a new instance of the <see cref="MySqlProvider"/> class.</summary>
    /// <param name="connectionString">MySqlConnector's connection string. Without pool settings, because the pool has
    /// its own.</param>
    /// <param name="configure">
    /// Configures certificates, logging, and callbacks for opened or reset connections. Called once for each physical
    /// connection, and once when the pool is constructed.
    /// </param>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public MySqlProvider(string connectionString, Action<MySqlDataSourceBuilder>? configure = null)
        : base(MySqlConnectorFactory.Instance, new MySqlConnectionStringBuilder(), connectionString, AddressKind.Server, Describe)
        => _configure = configure;

    /// <inheritdoc/>
    public override string DatabaseSystem => "mysql";

    /// <inheritdoc/>
    public override SqlLiteralRules LiteralRules => SqlLiteralRules.BackslashEscapes;

    /// <inheritdoc/>
    public SqlDialect Dialect => SqlDialect.MySql;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> HarmlessFunctions => BuiltInFunctions.All;

    /// <summary>
    /// Determines whether the session began with the level that the driver sets. The driver sets one for the session
    /// with each transaction: <c>REPEATABLE READ</c> when none is requested.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="isolationLevel">The level that the holder requested.</param>
    public bool LeavesNothing(PhysicalConnection connection, IsolationLevel isolationLevel) =>
        connection is MySqlSession session && session.KeepsLevel(isolationLevel);

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var builder = new MySqlDataSourceBuilder(OriginalConnectionString);
        return TryConfigure(_configure, builder) is { } problem ? [problem] : ProblemsOf(builder.ConnectionStringBuilder, settings);
    }

    /// <inheritdoc/>
    public override PhysicalConnection CreateConnection(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);

        // A callback of the application may have to set up each session again after the driver's own reset.
        var resetsHere = settings.ResetMode != ResetMode.None && _configure is null && MySqlConnectorInternals.IsReachable;
        return new MySqlSession(CreateDataSource(settings, isPooled: true), settings, resetsHere, () => CreateDataSource(settings, isPooled: false));
    }

    /// <inheritdoc/>
    public override FailureKind ClassifyFailure(Exception exception) => MySqlFailures.Classify(exception);

    /// <inheritdoc/>
    public string? GetRecommendation(Exception exception, ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return MySqlFailures.GetRecommendation(exception);
    }

    /// <inheritdoc/>
    public override bool IsCancellation(Exception exception) => MySqlFailures.IsCancellation(exception);

    /// <summary>
    /// Determines whether the driver sent the cancel in less than its shortest timeout. Then the server has confirmed
    /// the <c>KILL QUERY</c> or never received it. After a timeout the driver returns without a failure, and the server
    /// may execute the <c>KILL QUERY</c> at any time.
    /// </summary>
    /// <param name="sendDuration">The time that sending took.</param>
    public override bool IsCancelComplete(TimeSpan? sendDuration) => sendDuration < ShortestCancelTimeout;

    /// <summary>
    /// Reads the status. A server is a replica when it is read-only, or follows a primary; a writable server that has
    /// stopped following is neither (<see cref="ServerRole.Unknown"/>) until <c>RESET REPLICA ALL</c>. A node of a
    /// Galera cluster is a primary among others while it is synchronized, and unknown otherwise.
    /// </summary>
    /// <param name="connection">An open connection of the driver that is not in use.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <remarks>
    /// Works for any user. The connections to a primary, and with them <see cref="ServerStatus.Lag"/>, are visible to
    /// users with <c>REPLICA MONITOR</c> (MariaDB) or <c>REPLICATION CLIENT</c> (MySQL) only. For others the role
    /// follows from <c>read_only</c>, and in MariaDB from whether replication is running: set <c>read_only</c> on every
    /// replica.
    /// </remarks>
    public ValueTask<ServerStatus> ReadStatusAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return _status.ReadStatusAsync(connection, cancellationToken);
    }

    /// <summary>
    /// Reads MariaDB's <c>gtid_current_pos</c>, on a read-only server <c>gtid_slave_pos</c>; MySQL's
    /// <c>gtid_executed</c>; the last transaction that a Galera node has committed.
    /// </summary>
    /// <param name="connection">An open connection of the driver that is not in use.</param>
    /// <param name="timeout">The timeout, in whole seconds.</param>
    /// <returns><see langword="null"/> without a binary log (MariaDB's primary) and while <c>gtid_mode</c> is off
    /// (MySQL): transactions have no numbers then.</returns>
    public ReplicationPosition? ReadPosition(DbConnection connection, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return _status.ReadPosition(connection, timeout);
    }

    /// <inheritdoc cref="ReadPosition"/>
    /// <param name="connection">An open connection of the driver that is not in use.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    public ValueTask<ReplicationPosition?> ReadPositionAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return _status.ReadPositionAsync(connection, cancellationToken);
    }

    /// <summary>Waits with MariaDB's <c>MASTER_GTID_WAIT</c>, which needs no privilege.</summary>
    /// <inheritdoc/>
    public ValueTask<ReplicationPosition?> WaitForPositionAsync(DbConnection connection, ReplicationPosition position, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(position);
        return PositionWait.RunAsync(connection, position, timeout, cancellationToken);
    }

    /// <summary>
    /// Reads MariaDB's list of global transaction identifiers, such as <c>0-1-42</c>, or MySQL's set of them.
    /// </summary>
    /// <param name="text">The result of a position's <see cref="ReplicationPosition.ToString"/>.</param>
    /// <exception cref="FormatException">The text is not such a position.</exception>
    public ReplicationPosition ParsePosition(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return GtidPosition.Parse(text);
    }

    /// <summary>
    /// Returns why a session cannot carry a context. It carries settings and a trace as user variables and, with
    /// <see cref="ResetMode.Full"/>, a role (<c>SET ROLE</c>).
    /// </summary>
    /// <param name="context">The context of the caller.</param>
    /// <param name="settings">The settings of the pool's connections.</param>
    public string? FindProblem(SessionContext context, ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(settings);
        return context.HasRole && settings.ResetMode != ResetMode.Full
            ? $"MySQL and MariaDB sessions carry settings and a trace (user variables), but a role only with ResetMode.Full, which restores the role that the session began in. ResetMode is {settings.ResetMode}"
            : !MySqlConnectorInternals.AllowsUserVariables && !new MySqlConnectionStringBuilder(OriginalConnectionString).AllowUserVariables
                ? "settings and traces are user variables, which this version of MySqlConnector allows only with Allow User Variables=true in the connection string"
                : null;
    }

    /// <inheritdoc/>
    public void SetContext(PhysicalConnection connection, IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(entries);
        using var command = ContextCommand.Create((MySqlSession)connection, entries, timeout);
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public async ValueTask SetContextAsync(PhysicalConnection connection, IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(entries);
        var command = ContextCommand.Create((MySqlSession)connection, entries, timeout);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private MySqlDataSource CreateDataSource(ConnectionSettings settings, bool isPooled)
    {
        var builder = NewBuilder(settings.PoolName);
        var connection = builder.ConnectionStringBuilder;
        HideCertificatePassword(builder);

        // A driver's pool of exactly one session, which nothing but the slot above it opens or ends.
        connection.Pooling = isPooled;
        connection.MinimumPoolSize = 0;
        connection.MaximumPoolSize = 1;
        connection.ConnectionLifeTime = 0;
        connection.ConnectionIdleTimeout = 0;
        connection.DnsCheckInterval = 0;
        connection.ConnectionReset = settings.ResetMode == ResetMode.Full;
        connection.AutoEnlist = false;

        // The lease exposes the driver's connection: its ConnectionString must not show the password.
        connection.PersistSecurityInfo = false;
        connection.ConnectionTimeout = (uint)GetConnectSeconds(settings, connection.ConnectionTimeout);
        if (settings.Credentials is { } credentials)
        {
            connection.Password = credentials.Password;
            connection.UserID = credentials.UserName ?? connection.UserID;
        }

        return builder.Build();
    }

    // MySqlConnector's own traces, and the connection of a lease, show the connection string without its password, but
    // with that of the certificate.
    private static void HideCertificatePassword(MySqlDataSourceBuilder builder)
    {
        var connection = builder.ConnectionStringBuilder;
        if (connection.CertificatePassword is not { Length: > 0 } password)
        {
            return;
        }

        if (connection.CertificateFile is { Length: > 0 } file)
        {
            builder.UseClientCertificatesCallback(certificates =>
            {
                certificates.Add(X509CertificateLoader.LoadPkcs12FromFile(file, password));
                return ValueTask.CompletedTask;
            });
            connection.CertificateFile = "";
        }

        connection.CertificatePassword = "";
    }

    private MySqlDataSourceBuilder NewBuilder(string name)
    {
        var builder = new MySqlDataSourceBuilder(OriginalConnectionString);
        if (name.Length > 0)
        {
            // MySqlConnector's own metrics are otherwise named by the connection string.
            builder.UseName(name);
        }

        _configure?.Invoke(builder);
        return builder;
    }

    private static ConnectionTarget Describe(MySqlConnectionStringBuilder settings)
    {
        var hasPort = settings.ConnectionProtocol == MySqlConnectionProtocol.Sockets && !settings.Server.StartsWith('/');
        return new ConnectionTarget
        {
            DataSource = settings.Server,
            Database = settings.Database,
            Address = ServerAddress.Format(settings.Server, hasPort ? (int)settings.Port : null, settings.Database),
            UserName = settings.UserID,
            Enlists = settings.AutoEnlist,
        };
    }

    private static IEnumerable<string> ProblemsOf(MySqlConnectionStringBuilder connection, ConnectionSettings settings)
    {
        if (settings.SessionReset == SessionReset.ByDriver)
        {
            yield return "SessionReset is ByDriver, but MySqlConnector resets with a round trip when a connection is opened, for which every caller would wait. Use ByPool, which makes the driver do the same after the return.";
        }

        if (!connection.ConnectionReset)
        {
            yield return "Connection Reset is false in the connection string. Set ConnectionPoolOptions.ResetMode to Rollback or None instead, and remove it.";
        }

        if (connection.MaximumPoolSize != 100 || connection.MinimumPoolSize != 0)
        {
            yield return SizesBelongToPool("Minimum Pool Size", connection.MinimumPoolSize, "Maximum Pool Size", connection.MaximumPoolSize);
        }

        if (connection.ConnectionLifeTime != 0)
        {
            yield return BelongsToPool("Connection Life Time", connection.ConnectionLifeTime, "MaxLifetime");
        }

        if (string.IsNullOrWhiteSpace(connection.Server))
        {
            yield return "The connection string names no Server.";
        }
    }
}
