using System.Data.Common;
using Cenote.PostgreSql.Replication;
using Cenote.Providers;
using Npgsql;

namespace Cenote.PostgreSql;

/// <summary>PostgreSQL, and what speaks its protocol, through Npgsql.</summary>
/// <remarks>
/// <para>
/// All connections share one <see cref="NpgsqlDataSource"/> without pooling, so types are loaded once for a pool, and
/// <see cref="NpgsqlConnection.ReloadTypes"/> on one lease reaches all later ones. By default the driver clears the session
/// (<see cref="SessionClearing.DriverReset"/>): Npgsql sends the reset together with the next holder's first command, which costs no
/// round trip. Until then the session keeps what its last holder left: choose
/// <see cref="SessionClearing.OwnReset"/>, which clears at once, when leases take session-level advisory locks or
/// <c>LISTEN</c>. A connection string with several hosts always gets <see cref="SessionClearing.OwnReset"/>.
/// Statements that Npgsql has prepared itself stay on their session, and then those that a lease prepared in SQL stay too;
/// <see cref="SessionClearing.OwnReset"/> deallocates both. Npgsql rolls an open transaction back whatever the <see cref="ResetMode"/>.
/// </para>
/// <para>
/// Ambient transactions are not joined, because a connection returns to the pool before such a transaction ends: see <see cref="ConnectionPoolOptions.AmbientTransactions"/>.
/// With <see cref="AmbientTransactions.Ignore"/>, call <see cref="NpgsqlConnection.EnlistTransaction"/> and keep the lease until the transaction has ended.
/// </para>
/// <para>Handlers that a lease adds to the driver's connection object (<c>Notice</c>, <c>Notification</c>) are removed at its end. Thread-safe.</para>
/// </remarks>
public sealed class PostgreSqlProvider : DatabaseProvider
{
    // The driver's timeouts have whole seconds.
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);

    private readonly string _connectionString;
    private readonly PoolerTraits _pooler = new();
    private readonly Action<NpgsqlDataSourceBuilder>? _configure;
    private readonly SharedSources _sources;
    private readonly StatusReader _status = new();

    /// <summary>A provider for one database.</summary>
    /// <param name="connectionString">Npgsql's connection string. Its pool settings stay out: the pool has its own.</param>
    /// <param name="configure">
    /// Type mappings, plugins, certificates, logging: called when the pool is constructed, when its first connection opens, and again only
    /// after <see cref="ForgetTypes"/> or for another user name.
    /// </param>
    /// <exception cref="ArgumentException">The connection string cannot be read. Quotes nothing of it.</exception>
    public PostgreSqlProvider(string connectionString, Action<NpgsqlDataSourceBuilder>? configure = null)
        : this(connectionString, configure, NpgsqlInternals.AreReachable)
    {
    }

    internal PostgreSqlProvider(string connectionString, Action<NpgsqlDataSourceBuilder>? configure, bool usesInternals)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        _sources = new SharedSources(BuildShared, usesInternals);
        _connectionString = connectionString;
        _configure = configure;
        var settings = SafeConnectionString.Read(new NpgsqlConnectionStringBuilder(), connectionString, AddressKind.Server);
        ConnectionString = SafeConnectionString.Redact(settings, AddressKind.Server);
        DataSource = SafeConnectionString.Mask(settings.Host, AddressKind.Server);
        Database = SafeConnectionString.Mask(settings.Database);
        Address = ServerAddress.Format(settings.Host, settings.Port, settings.Database);
        UserName = settings.Username;
        DefaultAmbientTransactions = settings.Enlist ? AmbientTransactions.Throw : AmbientTransactions.Ignore;
        DefaultSessionClearing = HasSeveralHosts(settings) ? SessionClearing.OwnReset : SessionClearing.DriverReset;
    }

    /// <inheritdoc/>
    public override string DatabaseSystem => "postgresql";

    /// <summary>Whether a backslash before a quote ends a text depends on <c>standard_conforming_strings</c>, which a session may change: what follows one is not shown.</summary>
    public override SqlLiterals Literals => SqlLiterals.NamesInDoubleQuotes;

    /// <inheritdoc/>
    public override DbProviderFactory Factory => NpgsqlFactory.Instance;

    /// <inheritdoc/>
    public override string ConnectionString { get; }

    /// <inheritdoc/>
    public override string DataSource { get; }

    /// <inheritdoc/>
    public override string Database { get; }

    /// <inheritdoc/>
    public override string Address { get; }

    /// <inheritdoc/>
    protected override string? UserName { get; }

    /// <inheritdoc/>
    public override SessionClearing DefaultSessionClearing { get; }

    /// <inheritdoc/>
    public override AmbientTransactions DefaultAmbientTransactions { get; }

    /// <inheritdoc/>
    public override IEnumerable<string> FindProblems(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var (builder, problem) = TryConfigure();
        if (builder is null)
        {
            return [problem!];
        }

        List<string> problems = [.. ProblemsOf(builder.ConnectionStringBuilder, settings)];
        if (problems.Count == 0)
        {
            try
            {
                Prepare(builder, settings, pooling: false);
                builder.Build().Dispose();
                _sources.Note(settings.ConnectTimeout);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                problems.Add($"Npgsql refuses the configuration ({exception.GetType().Name}): check that the connection string names a host, and that configure sets no password provider beside a password.");
            }
        }

        return problems;
    }

    /// <inheritdoc/>
    public override PhysicalConnection CreateConnection(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var withoutOptions = _pooler.RefusesOptions;
        if (settings.SessionClearing == SessionClearing.DriverReset && !_sources.UsesInternals)
        {
            return new DriverPoolSession(Configure(settings, pooling: true).Build(), settings, _pooler, withoutOptions);
        }

        var source = _sources.Take(settings, withoutOptions);
        return settings.SessionClearing == SessionClearing.DriverReset
            ? new SharedSourceSession(source, settings, _pooler)
            : new OwnResetSession(source, settings, _pooler);
    }

    /// <summary>Makes a connection of a data source of its own, unpooled.</summary>
    /// <inheritdoc/>
    public override PhysicalConnection CreateStandaloneConnection(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var withoutOptions = _pooler.RefusesOptions;
        return new DriverPoolSession(Configure(settings, pooling: false).Build(), settings, _pooler, withoutOptions);
    }

    /// <inheritdoc/>
    public override FailureKind Classify(Exception exception) => PostgreSqlFailures.Classify(exception);

    /// <inheritdoc/>
    public override bool AdaptTo(Exception exception, ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(exception);
        ArgumentNullException.ThrowIfNull(settings);

        // Only the pool's own option is left out, never one of the connection string.
        return settings.QueryTimeout is not null && _pooler.Learn(exception);
    }

    /// <inheritdoc/>
    public override string? Advise(Exception exception, ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return ConnectAdvice.For(exception, new NpgsqlConnectionStringBuilder(_connectionString));
    }

    /// <inheritdoc/>
    public override bool IsCancellation(Exception exception) => PostgreSqlFailures.IsCancellation(exception);

    /// <summary>
    /// Any cancel that met no timeout: Npgsql waits until the server has closed the cancel's connection. By then the signal is sent, and a session
    /// that is not executing discards it before it reads its next statement.
    /// </summary>
    /// <param name="sendingTime">The time that sending took. One that nobody measured may have met a timeout.</param>
    public override bool IsCancelSettled(TimeSpan? sendingTime) => sendingTime < ShortestTimeout;

    /// <summary>
    /// A server is a replica while it is in recovery. Works for any user; one who may not read <c>pg_control_system()</c> learns no
    /// <see cref="ServerStatus.DataId"/>, and a replica's <see cref="ServerStatus.Timeline"/> is told to members of <c>pg_read_all_stats</c> only.
    /// </summary>
    /// <param name="connection">An open connection of the driver that nobody else is using, in no transaction.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <remarks>
    /// <see cref="ServerStatus.Lag"/> is 0 when a receiver runs and all that it received is replayed, else the age of the last transaction
    /// replayed. A replica cannot know what its primary has not sent: compare positions to learn more.
    /// </remarks>
    public override ValueTask<ServerStatus> ReadStatusAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return _status.ReadStatusAsync(connection, cancellationToken);
    }

    /// <summary>A primary's insert location in the write-ahead log, which no acknowledged commit is behind; a replica's replay location.</summary>
    /// <param name="connection">An open connection of the driver that nobody else is using, in no transaction.</param>
    /// <returns><see langword="null"/> for what speaks PostgreSQL's protocol but has no such log.</returns>
    public override ReplicationPosition? ReadPosition(DbConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return _status.ReadPosition(connection);
    }

    /// <inheritdoc cref="ReadPosition"/>
    /// <param name="connection">An open connection of the driver that nobody else is using, in no transaction.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public override ValueTask<ReplicationPosition?> ReadPositionAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return _status.ReadPositionAsync(connection, cancellationToken);
    }

    /// <summary>Reads a location in the write-ahead log, such as <c>16/B374D848</c>.</summary>
    /// <param name="text">What a position's <see cref="ReplicationPosition.ToString"/> gave.</param>
    /// <exception cref="FormatException">The text is no location.</exception>
    public override ReplicationPosition ParsePosition(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return WalPosition.Parse(text);
    }

    /// <inheritdoc/>
    public override void ForgetTypes() => _sources.Forget();

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
            // Npgsql refuses a password beside a provider of passwords that the callback has set, instead of which ours would be taken.
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

    // What the pool sends on its own account is no part of the trace of whoever happens to return a connection. A filter set by the callback replaces this one.
    private NpgsqlDataSourceBuilder NewBuilder() => new NpgsqlDataSourceBuilder(_connectionString)
        .ConfigureTracing(static tracing => tracing
            .ConfigureCommandFilter(static command => !SessionCommands.IsOurs(command))
            .ConfigureBatchFilter(static batch => batch is not ResetBatch));

    // No pool of the driver's, or one of one session. Npgsql reads the keys of a result (CommandBehavior.KeyInfo: adapters, command builders) on a
    // second connection, which a pool of one at most would refuse after its whole timeout. Npgsql prunes it again a second later, and never the last one.
    private void Prepare(NpgsqlDataSourceBuilder builder, ConnectionSettings settings, bool pooling)
    {
        if (settings.PoolName.Length > 0)
        {
            // Npgsql's own metrics and traces name a data source by its connection string, of which they leave out the password, but not that of the certificate's key.
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
        var seconds = Math.Clamp((int)Math.Ceiling(settings.ConnectTimeout.TotalSeconds), 1, 1024);
        connection.Timeout = connection.Timeout == 0 ? seconds : Math.Min(seconds, connection.Timeout);
        if (!_pooler.RefusesOptions && SessionCommands.LimitOption(settings.QueryTimeout) is { } option)
        {
            // What a session starts with is what DISCARD ALL takes it back to.
            connection.Options = string.IsNullOrEmpty(connection.Options) ? option : connection.Options + " " + option;
        }

        if (settings.Credentials is { } credentials)
        {
            connection.Password = credentials.Password;
            connection.Username = credentials.UserName ?? connection.Username;
        }
    }

    private (NpgsqlDataSourceBuilder? Builder, string? Problem) TryConfigure()
    {
        try
        {
            var builder = NewBuilder();
            _configure?.Invoke(builder);
            return (builder, null);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return (null, $"The configure callback of the PostgreSqlProvider threw {exception.GetType().Name}: call it yourself on a new NpgsqlDataSourceBuilder to see why.");
        }
    }

    private static IEnumerable<string> ProblemsOf(NpgsqlConnectionStringBuilder connection, ConnectionSettings settings)
    {
        if (settings.SessionClearing == SessionClearing.DriverReset && HasSeveralHosts(connection))
        {
            yield return "SessionClearing is DriverReset, but the connection string names several hosts, between which the driver would choose at each lease: use OwnReset, or a pool for each host.";
        }

        if (connection.Multiplexing)
        {
            yield return "Multiplexing is true in the connection string: it shares sessions between commands, which leaves nothing to lend. Remove it.";
        }

        if (connection.Enlist && connection.ShouldSerialize("Enlist"))
        {
            yield return "Enlist is true in the connection string: a connection would return to the pool before the transaction ends. Remove it, set ConnectionPoolOptions.AmbientTransactions to Ignore, and call EnlistTransaction on a lease that you keep until then.";
        }

        if (connection.NoResetOnClose)
        {
            yield return "No Reset On Close is true in the connection string: set ConnectionPoolOptions.ResetMode to Rollback instead, and remove it.";
        }

        if (connection.MaxPoolSize != 100 || connection.MinPoolSize != 0)
        {
            yield return $"Minimum Pool Size is {connection.MinPoolSize} and Maximum Pool Size {connection.MaxPoolSize} in the connection string: set ConnectionPoolOptions.MinSize and MaxSize instead, and remove them.";
        }

        if (connection.ConnectionLifetime != 3600 && connection.ShouldSerialize("Connection Lifetime"))
        {
            yield return $"Connection Lifetime is {connection.ConnectionLifetime} in the connection string: set ConnectionPoolOptions.MaxLifetime instead, and remove it.";
        }

        if (connection.KeepAlive != 0)
        {
            yield return $"Keepalive is {connection.KeepAlive} in the connection string: the pool validates idle connections itself. Set ConnectionPoolOptions.ValidationInterval instead, and remove it.";
        }

        if (settings is { SessionClearing: SessionClearing.OwnReset, ResetMode: ResetMode.Full } && connection.MaxAutoPrepare > 0)
        {
            yield return $"Max Auto Prepare is {connection.MaxAutoPrepare}, but with SessionClearing.OwnReset every full reset discards prepared statements: use DriverReset, ResetMode.Rollback, or remove it.";
        }
    }

    private static bool HasSeveralHosts(NpgsqlConnectionStringBuilder connection) =>
        connection.Host?.Contains(',', StringComparison.Ordinal) == true;
}
