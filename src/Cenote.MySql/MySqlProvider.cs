using System.Data.Common;
using System.Security.Cryptography.X509Certificates;
using Cenote.MySql.Replication;
using Cenote.Providers;
using MySqlConnector;

namespace Cenote.MySql;

/// <summary>MySQL and MariaDB, and what speaks their protocol, through MySqlConnector.</summary>
/// <remarks>
/// <para>
/// The pool clears the session after the return, off the callers' path (<see cref="SessionClearing.OwnReset"/>): one round trip,
/// which MySqlConnector's own pool makes the next caller wait for. User locks, temporary tables, variables, isolation level,
/// prepared statements and the current database go back to how they were after connecting.
/// </para>
/// <para>
/// With <see cref="ResetMode.Rollback"/> a lease that changed the database has its whole session reset: the driver knows no other way back.
/// </para>
/// <para>
/// Ambient transactions are not joined, because a connection returns to the pool before such a transaction ends: see <see cref="ConnectionPoolOptions.AmbientTransactions"/>.
/// With <see cref="AmbientTransactions.Ignore"/>, call <see cref="MySqlConnection.EnlistTransaction"/> and keep the lease until the transaction has ended. Thread-safe.
/// </para>
/// </remarks>
public sealed class MySqlProvider : DatabaseProvider
{
    // "Cancellation Timeout" has whole seconds; the driver takes anything below 1 for 3.
    private static readonly TimeSpan ShortestCancelTimeout = TimeSpan.FromSeconds(1);

    private readonly string _connectionString;
    private readonly Action<MySqlDataSourceBuilder>? _configure;
    private readonly StatusReader _status = new();

    /// <summary>A provider for one database.</summary>
    /// <param name="connectionString">MySqlConnector's connection string. Its pool settings stay out: the pool has its own.</param>
    /// <param name="configure">
    /// Certificates, logging, what to do with a connection after it was opened or reset: called once for each physical connection,
    /// and once when the pool is constructed.
    /// </param>
    /// <exception cref="ArgumentException">The connection string cannot be read. Quotes nothing of it.</exception>
    public MySqlProvider(string connectionString, Action<MySqlDataSourceBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        _connectionString = connectionString;
        _configure = configure;
        var settings = SafeConnectionString.Read(new MySqlConnectionStringBuilder(), connectionString, AddressKind.Server);
        ConnectionString = SafeConnectionString.Redact(settings, AddressKind.Server);
        DataSource = SafeConnectionString.Mask(settings.Server, AddressKind.Server);
        Database = SafeConnectionString.Mask(settings.Database);
        var hasPort = settings.ConnectionProtocol == MySqlConnectionProtocol.Sockets && !settings.Server.StartsWith('/');
        Address = ServerAddress.Format(settings.Server, hasPort ? (int)settings.Port : null, settings.Database);
        UserName = settings.UserID;
        DefaultAmbientTransactions = settings.AutoEnlist ? AmbientTransactions.Throw : AmbientTransactions.Ignore;
    }

    /// <inheritdoc/>
    public override string DatabaseSystem => "mysql";

    /// <inheritdoc/>
    public override SqlLiterals Literals => SqlLiterals.BackslashEscapes;

    /// <inheritdoc/>
    public override DbProviderFactory Factory => MySqlConnectorFactory.Instance;

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
    public override SessionClearing DefaultSessionClearing => SessionClearing.OwnReset;

    /// <inheritdoc/>
    public override AmbientTransactions DefaultAmbientTransactions { get; }

    /// <inheritdoc/>
    public override IEnumerable<string> FindProblems(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var connection = TryConfigure();
        if (connection is null)
        {
            return ["The configure callback of the MySqlProvider threw: call it yourself on a new MySqlDataSourceBuilder to see why."];
        }

        return ProblemsOf(connection, settings);
    }

    /// <inheritdoc/>
    public override PhysicalConnection CreateConnection(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);

        // A callback of the application's may have to set up each session again, after the driver's own reset.
        var resetsHere = settings.ResetMode == ResetMode.Full && _configure is null && DriverState.IsReachable;
        return new MySqlSession(CreateDataSource(settings, isPooled: true), settings, resetsHere, () => CreateDataSource(settings, isPooled: false));
    }

    /// <inheritdoc/>
    public override FailureKind Classify(Exception exception) => MySqlFailures.Classify(exception);

    /// <inheritdoc/>
    public override string? Advise(Exception exception, ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return MySqlFailures.Advise(exception);
    }

    /// <inheritdoc/>
    public override bool IsCancellation(Exception exception) => MySqlFailures.IsCancellation(exception);

    /// <summary>
    /// A cancel that the driver was done with in less than its shortest timeout: the server has confirmed the <c>KILL QUERY</c> or never received
    /// it. After a timeout the driver returns without a failure, and the server may execute the <c>KILL QUERY</c> at any time.
    /// </summary>
    /// <param name="sendingTime">The time that sending took.</param>
    public override bool IsCancelSettled(TimeSpan? sendingTime) => sendingTime < ShortestCancelTimeout;

    /// <summary>
    /// A server is a replica when it is read-only, or follows a primary; one that is writable and has stopped following is neither (<see cref="ServerRole.Unknown"/>)
    /// until somebody says <c>RESET REPLICA ALL</c>. A node of a Galera cluster is a primary among others while it is synchronized, and unknown else.
    /// </summary>
    /// <param name="connection">An open connection of the driver that nobody else is using.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <remarks>
    /// Works for any user. The connections to a primary, and with them <see cref="ServerStatus.Lag"/>, are told to users with <c>REPLICA MONITOR</c> (MariaDB) or
    /// <c>REPLICATION CLIENT</c> (MySQL) only. For others the role follows from <c>read_only</c>, and in MariaDB from whether replication is running:
    /// set <c>read_only</c> on every replica.
    /// </remarks>
    public override ValueTask<ServerStatus> ReadStatusAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return _status.ReadStatusAsync(connection, cancellationToken);
    }

    /// <summary>
    /// MariaDB's <c>gtid_current_pos</c>, on a read-only server <c>gtid_slave_pos</c>; MySQL's <c>gtid_executed</c>; the last transaction that a Galera node
    /// has committed.
    /// </summary>
    /// <param name="connection">An open connection of the driver that nobody else is using.</param>
    /// <returns><see langword="null"/> without a binary log (MariaDB's primary) and while <c>gtid_mode</c> is off (MySQL): transactions have no numbers then.</returns>
    public override ReplicationPosition? ReadPosition(DbConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return _status.ReadPosition(connection);
    }

    /// <inheritdoc cref="ReadPosition"/>
    /// <param name="connection">An open connection of the driver that nobody else is using.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public override ValueTask<ReplicationPosition?> ReadPositionAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return _status.ReadPositionAsync(connection, cancellationToken);
    }

    /// <summary>Reads MariaDB's list of global transaction identifiers, such as <c>0-1-42</c>, or MySQL's set of them.</summary>
    /// <param name="text">What a position's <see cref="ReplicationPosition.ToString"/> gave.</param>
    /// <exception cref="FormatException">The text is neither.</exception>
    public override ReplicationPosition ParsePosition(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return GtidPosition.Parse(text);
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
        var seconds = (uint)Math.Max(1, Math.Ceiling(settings.ConnectTimeout.TotalSeconds));
        connection.ConnectionTimeout = connection.ConnectionTimeout == 0 ? seconds : Math.Min(seconds, connection.ConnectionTimeout);
        if (settings.Credentials is { } credentials)
        {
            connection.Password = credentials.Password;
            connection.UserID = credentials.UserName ?? connection.UserID;
        }

        return builder.Build();
    }

    // MySqlConnector's own traces, and the connection of a lease, show the connection string without its password, but with that of the certificate.
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

    private MySqlDataSourceBuilder NewBuilder(string name = "")
    {
        var builder = new MySqlDataSourceBuilder(_connectionString);
        if (name.Length > 0)
        {
            // MySqlConnector's own metrics are named by the connection string else.
            builder.UseName(name);
        }

        _configure?.Invoke(builder);
        return builder;
    }

    private MySqlConnectionStringBuilder? TryConfigure()
    {
        try
        {
            return NewBuilder().ConnectionStringBuilder;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return null;
        }
    }

    private static IEnumerable<string> ProblemsOf(MySqlConnectionStringBuilder connection, ConnectionSettings settings)
    {
        if (settings.SessionClearing == SessionClearing.DriverReset)
        {
            yield return "SessionClearing is DriverReset, but MySqlConnector resets with a round trip when a connection is opened, for which every caller would wait: use OwnReset, which has the driver do the same after the return.";
        }

        if (connection.AutoEnlist && connection.ShouldSerialize("Auto Enlist"))
        {
            yield return "Auto Enlist is true in the connection string: a connection would return to the pool before the transaction ends. Remove it, set ConnectionPoolOptions.AmbientTransactions to Ignore, and call EnlistTransaction on a lease that you keep until then.";
        }

        if (!connection.ConnectionReset)
        {
            yield return "Connection Reset is false in the connection string: set ConnectionPoolOptions.ResetMode to Rollback or None instead, and remove it.";
        }

        if (connection.MaximumPoolSize != 100 || connection.MinimumPoolSize != 0)
        {
            yield return $"Minimum Pool Size is {connection.MinimumPoolSize} and Maximum Pool Size {connection.MaximumPoolSize} in the connection string: set ConnectionPoolOptions.MinSize and MaxSize instead, and remove them.";
        }

        if (connection.ConnectionLifeTime != 0)
        {
            yield return $"Connection Life Time is {connection.ConnectionLifeTime} in the connection string: set ConnectionPoolOptions.MaxLifetime instead, and remove it.";
        }

        if (string.IsNullOrWhiteSpace(connection.Server))
        {
            yield return "The connection string names no Server.";
        }
    }
}
