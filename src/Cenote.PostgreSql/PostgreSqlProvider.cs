using System.Data;
using System.Data.Common;
using Cenote.PostgreSql;
using Cenote.PostgreSql.Replication;

namespace Cenote;

/// <summary>A provider for PostgreSQL and servers with its protocol, through Npgsql.</summary>
/// <remarks>
/// <para>
/// All connections share one <see cref="NpgsqlDataSource"/> without pooling, so types are loaded once for a pool, and
/// <see cref="NpgsqlConnection.ReloadTypes"/> on one lease reaches all later ones. By default the driver resets the
/// session (<see cref="SessionReset.ByDriver"/>): Npgsql sends the reset with the next holder's first command, without
/// a round trip. Until then the session keeps the state of its last holder. Choose <see cref="SessionReset.ByPool"/>,
/// which sends the reset with the return, when leases take session-level advisory locks or <c>LISTEN</c>. If a caller
/// waits for the connection, it is sent with that caller's first command, at the latest some 5 ms later. Statements
/// that Npgsql has prepared itself stay on their session, and with them statements that a lease prepared in SQL.
/// <see cref="SessionReset.ByPool"/> deallocates both. Npgsql rolls back an open transaction with every
/// <see cref="ResetMode"/>.
/// </para>
/// <para>
/// Within a <c>TransactionScope</c> a connection joins the ambient transaction, unless
/// <see cref="ConnectionPoolOptions.AmbientTransactionBehavior"/> is another or the connection string turns it off
/// (<c>Enlist=false</c>). Two connections of one scope that are open at the same time need
/// <c>max_prepared_transactions</c> at the server.
/// </para>
/// <para>Handlers that a lease adds to the driver's connection object (<c>Notice</c>, <c>Notification</c>) are removed
/// at its end. Thread-safe.</para>
/// </remarks>
public sealed partial class PostgreSqlProvider : DriverProvider<NpgsqlConnectionStringBuilder>,
    IServerStatusReader, IReplicationPositionReader, IConnectFailureAdvisor, IConnectFailureAdapter, IStandaloneConnectionProvider, ITypeCache,
    ISessionContextProvider, ISessionRules, ISessionActivityReader
{
    // The driver's timeouts have whole seconds.
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);

    private readonly PoolerTraits _pooler = new();
    private readonly Action<NpgsqlDataSourceBuilder>? _configure;
    private readonly SharedSources _sources;
    private readonly StatusReader _status = new();

    /// <summary>Initializes a new instance of the <see cref="PostgreSqlProvider"/> class.</summary>
    /// <param name="connectionString">Npgsql's connection string. Without pool settings, because the pool has its
    /// own.</param>
    /// <param name="configure">
    /// Configures type mappings, plugins, certificates, logging. Called when the pool is constructed, when its first
    /// connection opens, and again only after <see cref="ClearTypeCache"/> or for another user name.
    /// </param>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public PostgreSqlProvider(string connectionString, Action<NpgsqlDataSourceBuilder>? configure = null)
        : this(connectionString, configure, NpgsqlInternals.AreReachable)
    {
    }

    internal PostgreSqlProvider(string connectionString, Action<NpgsqlDataSourceBuilder>? configure, bool usesInternals)
        : this(connectionString, new NpgsqlConnectionStringBuilder(), configure, usesInternals)
    {
    }

    private PostgreSqlProvider(string connectionString, NpgsqlConnectionStringBuilder settings, Action<NpgsqlDataSourceBuilder>? configure, bool usesInternals)
        : base(NpgsqlFactory.Instance, settings, connectionString, AddressKind.Server, Describe)
    {
        _sources = new SharedSources(BuildShared, usesInternals);
        _configure = configure;
        DefaultSessionReset = HasSeveralHosts(settings) && !usesInternals ? SessionReset.ByPool : SessionReset.ByDriver;
    }

    /// <inheritdoc/>
    public override string DatabaseSystem => "postgresql";

    /// <summary>
    /// Gets the rules for finding literals. Text after a backslash before a quote is not shown, because
    /// <c>standard_conforming_strings</c>, which a session may change, decides whether it is a literal.
    /// </summary>
    public override SqlLiteralRules LiteralRules => SqlLiteralRules.DoubleQuotedIdentifiers;

    /// <inheritdoc/>
    public SqlDialect Dialect => SqlDialect.PostgreSql;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> HarmlessFunctions => BuiltInFunctions.All;

    /// <summary>Returns <see langword="true"/>: the level ends with its transaction.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="isolationLevel">The level that the holder requested.</param>
    public bool LeavesNothing(PhysicalConnection connection, IsolationLevel isolationLevel) => true;

    /// <inheritdoc/>
    public override SessionReset DefaultSessionReset { get; }

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var builder = NewBuilder();
        if (TryConfigure(_configure, builder) is { } problem)
        {
            return [problem];
        }

        List<string> problems = [.. ProblemsOf(builder.ConnectionStringBuilder, settings, _sources.UsesInternals)];
        if (problems.Count == 0)
        {
            try
            {
                Prepare(builder, settings, pooling: false);
                builder.Build().Dispose();
                _sources.Record(settings.ConnectTimeout);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                problems.Add($"Npgsql rejects the configuration ({exception.GetType().Name}). Check that the connection string names a host, and that configure does not set a password provider in addition to a password.");
            }
        }

        return problems;
    }

    /// <inheritdoc/>
    public override PhysicalConnection CreateConnection(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var withoutOptions = _pooler.RefusesOptions;
        if (settings.SessionReset == SessionReset.ByDriver && !_sources.UsesInternals)
        {
            return new DriverPoolSession(Configure(settings, pooling: true).Build(), settings, _pooler, withoutOptions);
        }

        var source = _sources.Take(settings, withoutOptions);
        return settings.SessionReset == SessionReset.ByDriver
            ? new SharedSourceSession(source, settings, _pooler)
            : _sources.UsesInternals ? new ImmediateResetSession(source, settings, _pooler) : new PoolResetSession(source, settings, _pooler);
    }

    /// <inheritdoc/>
    public PhysicalConnection CreateStandaloneConnection(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var withoutOptions = _pooler.RefusesOptions;
        return new DriverPoolSession(Configure(settings, pooling: false).Build(), settings, _pooler, withoutOptions);
    }

    /// <inheritdoc/>
    public override FailureKind ClassifyFailure(Exception exception) => PostgreSqlFailures.Classify(exception);

    /// <inheritdoc/>
    public bool TryAdapt(Exception exception, ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(exception);
        ArgumentNullException.ThrowIfNull(settings);

        // Only the pool's own option is left out, never one of the connection string.
        return settings.QueryTimeout is not null && _pooler.Learn(exception);
    }

    /// <inheritdoc/>
    public string? GetRecommendation(Exception exception, ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return ConnectRecommendations.For(exception, new NpgsqlConnectionStringBuilder(OriginalConnectionString));
    }

    /// <inheritdoc/>
    public override bool IsCancellation(Exception exception) => PostgreSqlFailures.IsCancellation(exception);

    /// <summary>
    /// Determines whether the cancel met no timeout. Npgsql waits until the server has closed the cancel's connection.
    /// By then the signal is sent, and a session that is not executing discards it before it reads its next statement.
    /// </summary>
    /// <param name="sendDuration">The time that sending took. A time that was not measured may include a
    /// timeout.</param>
    public override bool IsCancelComplete(TimeSpan? sendDuration) => sendDuration < ShortestTimeout;

    /// <summary>
    /// Reads the status. A server is a replica while it is in recovery. Works for any user. A user without access to
    /// <c>pg_control_system()</c> gets no <see cref="ServerStatus.ClusterId"/>, and only members of
    /// <c>pg_read_all_stats</c> get a replica's <see cref="ServerStatus.Timeline"/>.
    /// </summary>
    /// <param name="connection">An open connection of the driver that is not in use, in no transaction.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <remarks>
    /// <see cref="ServerStatus.Lag"/> is 0 when a receiver runs and all that it received is replayed, else the age of
    /// the last transaction replayed. A replica does not know what its primary has not sent, so compare positions to
    /// learn more.
    /// </remarks>
    public ValueTask<ServerStatus> ReadStatusAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return _status.ReadStatusAsync(connection, cancellationToken);
    }

    /// <summary>
    /// Reads a primary's insert location in the write-ahead log, which includes every acknowledged commit, or a
    /// replica's replay location.
    /// </summary>
    /// <param name="connection">An open connection of the driver that is not in use, in no transaction.</param>
    /// <param name="timeout">The timeout, in whole seconds.</param>
    /// <returns><see langword="null"/> for servers with PostgreSQL's protocol and without such a log.</returns>
    public ReplicationPosition? ReadPosition(DbConnection connection, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return _status.ReadPosition(connection, timeout);
    }

    /// <inheritdoc cref="ReadPosition"/>
    /// <param name="connection">An open connection of the driver that is not in use, in no transaction.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    public ValueTask<ReplicationPosition?> ReadPositionAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return _status.ReadPositionAsync(connection, cancellationToken);
    }

    /// <summary>Reads a location in the write-ahead log, such as <c>16/B374D848</c>.</summary>
    /// <param name="text">The result of a position's <see cref="ReplicationPosition.ToString"/>.</param>
    /// <exception cref="FormatException">The text is not a location.</exception>
    public ReplicationPosition ParsePosition(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return WalPosition.Parse(text);
    }

    /// <inheritdoc/>
    public void ClearTypeCache() => _sources.Forget();

    /// <summary>
    /// Returns <see langword="null"/>: a session carries settings (<c>set_config</c>), a role (<c>SET ROLE</c>) and a
    /// trace (<c>application_name</c>).
    /// </summary>
    /// <param name="context">The context of the caller.</param>
    /// <param name="settings">The settings of the pool's connections.</param>
    public string? FindProblem(SessionContext context, ConnectionSettings settings) => null;

    /// <inheritdoc/>
    public void SetContext(PhysicalConnection connection, IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(entries);
        ((PostgreSqlSession)connection).SetContext(entries, timeout);
    }

    /// <inheritdoc/>
    public ValueTask SetContextAsync(PhysicalConnection connection, IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(entries);
        return ((PostgreSqlSession)connection).SetContextAsync(entries, timeout, cancellationToken);
    }

    SessionIdentity? ISessionActivityReader.GetSession(PhysicalConnection connection) => (connection as PostgreSqlSession)?.Identity;

    ValueTask<SessionReading> ISessionActivityReader.ReadActivityAsync(
        DbConnection connection, IReadOnlyCollection<long> sessionIds, bool includesStatements, TimeSpan timeout, CancellationToken cancellationToken) =>
        ActivityCommand.ReadAsync((NpgsqlConnection)connection, sessionIds, includesStatements, timeout, cancellationToken);

    /// <summary>Frees the driver's data sources.</summary>
    public override ValueTask DisposeAsync()
    {
        _sources.Close();
        return base.DisposeAsync();
    }

    private NpgsqlDataSource BuildShared(ConnectionSettings settings, OpenPasswords? passwords)
    {
        var builder = Configure(settings, pooling: false);
        if (passwords is not null)
        {
            // Npgsql rejects a password together with the callback's password provider, which the pool's provider would
            // replace.
            builder.Build().Dispose();
            builder.ConnectionStringBuilder.Password = null;
            builder.UsePasswordProvider(_ => passwords.Current, (_, _) => new ValueTask<string>(passwords.Current));
        }

        return builder.Build();
    }

    private NpgsqlDataSourceBuilder Configure(ConnectionSettings settings, bool pooling)
    {
        var builder = NewBuilder();
        _configure?.Invoke(builder);
        Prepare(builder, settings, pooling);
        return builder;
    }

    // The pool's own statements do not belong in the trace of the caller that returns a connection. A
    // filter set by the callback replaces this one.
    private NpgsqlDataSourceBuilder NewBuilder() => new NpgsqlDataSourceBuilder(OriginalConnectionString)
        .ConfigureTracing(static tracing => tracing
            .ConfigureCommandFilter(static command => !SessionCommands.IsOurs(command))
            .ConfigureBatchFilter(static batch => batch is not ResetBatch));

    // No driver's pool, or a pool of one session. Npgsql reads the keys of a result (CommandBehavior.KeyInfo:
    // adapters, command builders) on a second connection, which a pool of one session would reject after its whole
    // timeout. Npgsql prunes it again a second later, and never the last one.
    private void Prepare(NpgsqlDataSourceBuilder builder, ConnectionSettings settings, bool pooling)
    {
        if (settings.PoolName.Length > 0)
        {
            // Npgsql's own metrics and traces name a data source by its connection string without the password, but
            // with the password of the certificate's key.
            builder.Name ??= settings.PoolName;
        }

        var connection = builder.ConnectionStringBuilder;
        connection.Pooling = pooling;
        if (pooling)
        {
            connection.MinPoolSize = 1;
            connection.MaxPoolSize = 2;
            connection.ConnectionIdleLifetime = 1;
            connection.ConnectionPruningInterval = 1;
        }

        connection.ConnectionLifetime = 0;
        connection.KeepAlive = 0;
        connection.Enlist = false;
        connection.NoResetOnClose = pooling && settings.ResetMode != ResetMode.Full;

        // The lease exposes the driver's connection: its ConnectionString must not show the password.
        connection.PersistSecurityInfo = false;
        connection.Timeout = GetConnectSeconds(settings, connection.Timeout, max: 1024);
        if (!_pooler.RefusesOptions && SessionCommands.LimitOption(settings.QueryTimeout) is { } option)
        {
            // DISCARD ALL restores the initial values of a session.
            connection.Options = string.IsNullOrEmpty(connection.Options) ? option : connection.Options + " " + option;
        }

        if (settings.Credentials is { } credentials)
        {
            connection.Password = credentials.Password;
            connection.Username = credentials.UserName ?? connection.Username;
        }
    }

    private static ConnectionTarget Describe(NpgsqlConnectionStringBuilder settings) => new()
    {
        DataSource = settings.Host,
        Database = settings.Database,
        Address = ServerAddress.Format(settings.Host, settings.Port, settings.Database),
        UserName = settings.Username,
        Enlists = settings.Enlist,
    };

    private static IEnumerable<string> ProblemsOf(NpgsqlConnectionStringBuilder connection, ConnectionSettings settings, bool usesInternals)
    {
        if (settings.SessionReset == SessionReset.ByDriver && !usesInternals && HasSeveralHosts(connection))
        {
            yield return "SessionReset is ByDriver, but the connection string names several hosts, and this version of Npgsql would choose one at each lease. Use ByPool, or one pool per host.";
        }

        if (connection.Multiplexing)
        {
            yield return "Multiplexing is true in the connection string. It shares sessions between commands, so sessions cannot be rented. Remove it.";
        }

        if (connection.NoResetOnClose)
        {
            yield return "No Reset On Close is true in the connection string. Set ConnectionPoolOptions.ResetMode to Rollback instead, and remove it.";
        }

        if (connection.MaxPoolSize != 100 || connection.MinPoolSize != 0)
        {
            yield return SizesBelongToPool("Minimum Pool Size", connection.MinPoolSize, "Maximum Pool Size", connection.MaxPoolSize);
        }

        if (connection.ConnectionLifetime != 3600 && connection.ShouldSerialize("Connection Lifetime"))
        {
            yield return BelongsToPool("Connection Lifetime", connection.ConnectionLifetime, "MaxLifetime");
        }

        if (connection.KeepAlive != 0)
        {
            yield return BelongsToPool("Keepalive", connection.KeepAlive, "ValidationInterval");
        }

        if (settings is { SessionReset: SessionReset.ByPool, ResetMode: ResetMode.Full } && connection.MaxAutoPrepare > 0)
        {
            yield return $"Max Auto Prepare is {connection.MaxAutoPrepare}, but with SessionReset.ByPool every full reset discards prepared statements. Use ByDriver, ResetMode.Rollback, or remove it.";
        }
    }

    private static bool HasSeveralHosts(NpgsqlConnectionStringBuilder connection) =>
        connection.Host?.Contains(',', StringComparison.Ordinal) == true;
}
