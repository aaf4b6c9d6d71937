using Cenote.Oracle;
using Cenote.Oracle.Replication;
using Cenote.Providers;

namespace Cenote;

/// <summary>
/// A provider for Oracle Database through the driver that you bring: <c>OracleClientFactory.Instance</c> of
/// Oracle.ManagedDataAccess.Core.
/// </summary>
/// <remarks>
/// <para>Written against the documentation of the driver and the database, and tested against a fake of the driver:
/// <b>never run against a live server.</b></para>
/// <para>
/// The driver's pooling is off. The pool resets the session itself after the return
/// (<see cref="SessionReset.ByPool"/>). Oracle has no statement that resets a whole session.
/// <see cref="ResetMode.Full"/> covers the transaction, the isolation level, the current schema, the state of packages,
/// the client identifier, module, action and client information. Other <c>ALTER SESSION</c> settings, roles,
/// application contexts, user locks and rows of temporary tables that outlive a commit stay. Restore them with
/// <see cref="OracleProviderOptions.ResetStatements"/> if leases change them. Thread-safe.
/// </para>
/// </remarks>
public sealed class OracleProvider : DriverProvider<DbConnectionStringBuilder>, IServerStatusReader
{
    private readonly OracleProviderOptions _options;

    /// <summary>Initializes a new instance of the <see cref="OracleProvider"/> class.</summary>
    /// <param name="factory"><c>OracleClientFactory.Instance</c> of Oracle's driver.</param>
    /// <param name="connectionString">The driver's connection string. Without pool settings, because the pool has its
    /// own.</param>
    /// <param name="options">The options of the database, or <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public OracleProvider(DbProviderFactory factory, string connectionString, OracleProviderOptions? options = null)
        : base(factory, new DbConnectionStringBuilder(), connectionString, AddressKind.Server, Describe)
    {
        // The shown text comes from the text itself, because the driver's builder may add settings.
        SafeConnectionString.Parse(NewBuilder(), connectionString, AddressKind.Server);
        _options = (options ?? new OracleProviderOptions()).Copy();
    }

    /// <inheritdoc/>
    public override string DatabaseSystem => "oracle.db";

    /// <inheritdoc/>
    public override SqlLiteralRules LiteralRules => SqlLiteralRules.DoubleQuotedIdentifiers | SqlLiteralRules.NoBackslashEscapes;

    /// <summary>Gets the reason why connections cannot join an ambient transaction.</summary>
    public override string AmbientTransactionProblem =>
        "Oracle's driver joins an ambient transaction only with Enlist in its connection string, which a pool cannot use.";

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.SessionReset == SessionReset.ByDriver)
        {
            yield return "SessionReset is ByDriver, but Oracle's driver does not reset a pooled connection. Use ByPool.";
        }

        if (settings.ResetMode != ResetMode.Full && _options.ResetStatements is not null)
        {
            yield return $"OracleProviderOptions.ResetStatements is set, but ResetMode is {settings.ResetMode}, which does not run them. Use ResetMode.Full, or remove them.";
        }

        var given = new DbConnectionStringBuilder { ConnectionString = OriginalConnectionString };
        if (string.IsNullOrWhiteSpace(DataSource))
        {
            yield return "The connection string names no Data Source.";
        }

        foreach (var (keyword, instead) in Replaced)
        {
            if (given.ContainsKey(keyword))
            {
                yield return $"{keyword} is in the connection string. Set {instead} instead, and remove it.";
            }
        }

        if (given.TryGetValue("Enlist", out var enlist) && IsOn(enlist))
        {
            yield return "Enlist is set in the connection string. A connection would return to the pool before the transaction ends, and without the setting the driver joins none. Remove it, and use an OracleConnection of your own for ambient transactions.";
        }

        if (given.TryGetValue("HA Events", out var events) && IsOn(events))
        {
            yield return "HA Events is set in the connection string, but reaches only the driver's own pool. Set ConnectionPoolOptions.ValidationInterval instead, and remove it.";
        }

        if (given.TryGetValue("Load Balancing", out var balancing) && IsOn(balancing))
        {
            yield return "Load Balancing is set in the connection string, but reaches only the driver's own pool. Write (LOAD_BALANCE=ON) into the connect descriptor instead, and remove it.";
        }
    }

    /// <inheritdoc/>
    public override PhysicalConnection CreateConnection(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var connection = Factory.CreateConnection() ?? throw new NotSupportedException($"{Factory.GetType()} creates no connections.");
        try
        {
            connection.ConnectionString = BuildConnectionString(settings);
            _options.ConfigureConnection?.Invoke(connection);
        }
        catch (Exception)
        {
            connection.Dispose();
            throw;
        }

        return new OracleSession(connection, settings.ResetMode, _options.ResetStatements);
    }

    /// <inheritdoc/>
    public override FailureKind ClassifyFailure(Exception exception) => OracleFailures.Classify(exception);

    /// <inheritdoc/>
    public override bool IsCancellation(Exception exception) => OracleFailures.IsCancellation(exception);

    /// <summary>
    /// Reads <c>V$DATABASE</c>, and on a standby the apply lag of <c>V$DATAGUARD_STATS</c>. A user without access to
    /// them gets the role only, from <c>SYS_CONTEXT('USERENV', 'DATABASE_ROLE')</c>.
    /// </summary>
    /// <param name="connection">An open connection of the driver.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    public ValueTask<ServerStatus> ReadStatusAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return OracleStatus.ReadAsync(connection, cancellationToken);
    }

    private static readonly (string Keyword, string Instead)[] Replaced =
    [
        ("Min Pool Size", "ConnectionPoolOptions.MinSize"),
        ("Max Pool Size", "ConnectionPoolOptions.MaxSize"),
        ("Incr Pool Size", "ConnectionPoolOptions.MaxConcurrentOpens"),
        ("Decr Pool Size", "ConnectionPoolOptions.MaxIdleTime"),
        ("Connection Lifetime", "ConnectionPoolOptions.MaxLifetime"),
        ("Validate Connection", "ConnectionPoolOptions.ValidationInterval"),
    ];

    private string BuildConnectionString(ConnectionSettings settings)
    {
        var builder = SafeConnectionString.Parse(NewBuilder(), OriginalConnectionString, AddressKind.Server);
        builder["Pooling"] = "false";
        builder["Enlist"] = "false";

        // The lease exposes the driver's connection: its ConnectionString must not show the password.
        builder["Persist Security Info"] = "false";
        if (settings.Credentials is { } credentials)
        {
            builder["Password"] = credentials.Password;
            if (credentials.UserName is not null)
            {
                builder["User Id"] = credentials.UserName;
            }
        }

        return builder.ConnectionString;
    }

    private static ConnectionTarget Describe(DbConnectionStringBuilder given)
    {
        // The service is part of the Data Source, so a separate database name does not exist.
        var source = given.TryGetValue("Data Source", out var value) ? value.ToString() : null;
        return new ConnectionTarget
        {
            DataSource = source,
            Address = DescriptorAddress.Of(SafeConnectionString.Mask(source, AddressKind.Server)),
            UserName = given.TryGetValue("User Id", out var user) ? user.ToString() : null,
            Enlists = !given.TryGetValue("Enlist", out var enlist) || IsOn(enlist),
        };
    }

    private static bool IsOn(object value) => value.ToString()?.ToUpperInvariant() is not ("FALSE" or "NO");

    private DbConnectionStringBuilder NewBuilder() => Factory.CreateConnectionStringBuilder() ?? new DbConnectionStringBuilder();
}
