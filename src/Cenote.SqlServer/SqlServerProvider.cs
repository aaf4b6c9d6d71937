using System.Data;
using System.Globalization;
using Cenote.Providers;
using Cenote.SqlServer;
using Microsoft.Data.SqlClient;

namespace Cenote;

/// <summary>A provider for SQL Server and Azure SQL through Microsoft.Data.SqlClient.</summary>
/// <remarks>
/// <para>
/// The driver keeps a pool of exactly one session under each slot. By default the session is reset after the return
/// (<see cref="SessionReset.ByPool"/>) with one round trip off the callers' path. The server resets everything but the
/// isolation level, and the accompanying statement restores that. <see cref="SessionReset.ByDriver"/> saves the round
/// trip, like SqlClient's own pool. The reset then travels with the next holder's first request. Until then the session
/// keeps the state of its last holder, and a changed isolation level stays. The driver has no smaller reset, so
/// <see cref="ResetMode.Rollback"/> does the same as <see cref="ResetMode.Full"/>.
/// </para>
/// <para>A session whose holder left it under an application role or impersonating (<c>EXECUTE AS</c>) cannot be reset.
/// The server ends it, and the pool closes it.</para>
/// <para>
/// Within a <c>TransactionScope</c> a connection joins the ambient transaction, unless
/// <see cref="ConnectionPoolOptions.AmbientTransactionBehavior"/> is another or the connection string turns it off
/// (<c>Enlist=false</c>). Distributed transactions are refused: the connection must be the only participant of its
/// scope that cannot be prepared. Thread-safe.
/// </para>
/// </remarks>
public sealed class SqlServerProvider : DriverProvider<SqlConnectionStringBuilder>, ISessionContextProvider, ISessionRules
{
    private static long s_lastPool;

    private readonly Action<SqlConnection>? _configure;

    /// <summary>Initializes a new instance of the <see cref="SqlServerProvider"/> class.</summary>
    /// <param name="connectionString">SqlClient's connection string. Without pool settings, because the pool has its
    /// own.</param>
    /// <param name="configure">
    /// Configures access tokens, retry logic, statistics, messages. Called once for each physical connection before it
    /// is opened, and once when the pool is constructed. Must not change the connection string or open the connection.
    /// </param>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes nothing of
    /// it.</exception>
    public SqlServerProvider(string connectionString, Action<SqlConnection>? configure = null)
        : base(SqlClientFactory.Instance, new SqlConnectionStringBuilder(), connectionString, AddressKind.Server, Describe)
        => _configure = configure;

    /// <inheritdoc/>
    public override string DatabaseSystem => "microsoft.sql_server";

    /// <inheritdoc/>
    public override SqlLiteralRules LiteralRules => SqlLiteralRules.DoubleQuotedIdentifiers | SqlLiteralRules.BracketedIdentifiers | SqlLiteralRules.NoBackslashEscapes;

    /// <inheritdoc/>
    public SqlDialect Dialect => SqlDialect.TransactSql;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> HarmlessFunctions => BuiltInFunctions.All;

    /// <summary>
    /// Determines whether the level is the one that every session begins with, because the driver sets another one for
    /// the whole session.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="isolationLevel">The level that the holder requested.</param>
    public bool LeavesNothing(PhysicalConnection connection, IsolationLevel isolationLevel) => isolationLevel is IsolationLevel.Unspecified or IsolationLevel.ReadCommitted;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        List<string> problems = [.. ProblemsOf(new SqlConnectionStringBuilder(OriginalConnectionString))];
        if (problems.Count > 0)
        {
            return problems;
        }

        try
        {
            using var connection = new SqlConnection(BuildConnectionString(settings));
            if (TryConfigure(_configure, connection) is { } problem)
            {
                problems.Add(problem);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            problems.Add($"SqlClient rejects the connection string ({exception.GetType().Name}). Check that the settings go together, such as Authentication beside Integrated Security, User ID and Password.");
        }

        return problems;
    }

    /// <inheritdoc/>
    public override PhysicalConnection CreateConnection(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var connection = new SqlConnection(BuildConnectionString(settings));
        try
        {
            _configure?.Invoke(connection);
        }
        catch (Exception)
        {
            connection.Dispose();
            throw;
        }

        return new SqlServerSession(connection, settings);
    }

    /// <inheritdoc/>
    public override FailureKind ClassifyFailure(Exception exception) => SqlServerFailures.Classify(exception);

    /// <inheritdoc/>
    public override bool IsCancellation(Exception exception) => SqlServerFailures.IsCancellation(exception);

    /// <summary>
    /// Returns <see langword="true"/>, because the request travels on the session itself, and the driver reads the
    /// server's answer before the next statement.
    /// </summary>
    /// <param name="sendDuration">The time that sending took.</param>
    public override bool IsCancelComplete(TimeSpan? sendDuration) => true;

    /// <summary>
    /// Returns why a session cannot carry a context. It carries settings and a trace (<c>sp_set_session_context</c>),
    /// and no role: <c>EXECUTE AS</c> ends with the statement that takes the role as a parameter.
    /// </summary>
    /// <param name="context">The context of the caller.</param>
    /// <param name="settings">The settings of the pool's connections.</param>
    public string? FindProblem(SessionContext context, ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.HasRole
            ? "SQL Server sessions carry settings and a trace (SESSION_CONTEXT), but no role, because EXECUTE AS takes none as a parameter. Use a setting and a security policy"
            : null;
    }

    /// <inheritdoc/>
    public void SetContext(PhysicalConnection connection, IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(entries);
        using var command = ContextCommand.Create((SqlConnection)connection.Connection, entries, timeout);
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public async ValueTask SetContextAsync(PhysicalConnection connection, IReadOnlyList<SessionContextEntry> entries, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(entries);
        var command = ContextCommand.Create((SqlConnection)connection.Connection, entries, timeout);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // A driver's pool of exactly one session, which nothing but the slot above it opens or ends.
    private string BuildConnectionString(ConnectionSettings settings)
    {
        var connection = new SqlConnectionStringBuilder(OriginalConnectionString)
        {
            Pooling = true,
            MinPoolSize = 0,
            MaxPoolSize = 1,
            LoadBalanceTimeout = 0,
            PoolBlockingPeriod = PoolBlockingPeriod.NeverBlock,
            ConnectRetryCount = 0,
            Enlist = false,

            // The lease exposes the driver's connection: its ConnectionString must not show the password.
            PersistSecurityInfo = false,
            ["Connection Idle Timeout"] = 0,
        };
        connection.ConnectTimeout = GetConnectSeconds(settings, connection.ConnectTimeout);
        if (settings.Credentials is { } credentials)
        {
            // With it the driver would log in as the process's user and ignore them.
            connection.IntegratedSecurity = false;
            connection.Password = credentials.Password;
            connection.UserID = credentials.UserName ?? connection.UserID;
        }

        // The driver distinguishes its pools by the text of the connection string, so each text is unique. The last of
        // two settings with one name counts, so the server sees the application's own name.
        connection.ApplicationName = connection.ApplicationName;
        return FormattableString.Invariant($"Application Name=Cenote {Interlocked.Increment(ref s_lastPool)};{connection.ConnectionString}");
    }

    private static ConnectionTarget Describe(SqlConnectionStringBuilder settings) => new()
    {
        DataSource = settings.DataSource,
        Database = settings.InitialCatalog,
        Address = AddressOf(settings),
        UserName = settings.UserID,
        Enlists = settings.Enlist,
    };

    // tcp:host,port: the port of an instance, a pipe or a local database is unknown before the driver connects.
    private static string AddressOf(SqlConnectionStringBuilder settings)
    {
        var source = settings.DataSource.Trim();
        var server = source.StartsWith("tcp:", StringComparison.OrdinalIgnoreCase) ? source[4..].Trim() : source;
        var hasNoPort = server.Contains('\\', StringComparison.Ordinal) || server.StartsWith('(') || server.Contains(':', StringComparison.Ordinal);
        var comma = server.IndexOf(',', StringComparison.Ordinal);
        return comma > 0 && int.TryParse(server.AsSpan(comma + 1), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var port)
            ? ServerAddress.Format(server[..comma], port, settings.InitialCatalog)
            : ServerAddress.Format(server, hasNoPort ? null : 1433, settings.InitialCatalog);
    }

    private static IEnumerable<string> ProblemsOf(SqlConnectionStringBuilder connection)
    {
        if (IsGlobalizationInvariant())
        {
            yield return "The application runs in globalization-invariant mode, in which SqlClient opens no connection. Set <InvariantGlobalization>false</InvariantGlobalization> in its project, unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT, and install ICU on the machine.";
        }

        if (string.IsNullOrWhiteSpace(connection.DataSource))
        {
            yield return "The connection string names no Data Source.";
        }

        if (connection.MaxPoolSize != 100 || connection.MinPoolSize != 0)
        {
            yield return SizesBelongToPool("Min Pool Size", connection.MinPoolSize, "Max Pool Size", connection.MaxPoolSize);
        }

        if (connection.LoadBalanceTimeout != 0)
        {
            yield return BelongsToPool("Load Balance Timeout (Connection Lifetime)", connection.LoadBalanceTimeout, "MaxLifetime");
        }

        if (connection.ShouldSerialize("Connection Idle Timeout"))
        {
            yield return BelongsToPool("Connection Idle Timeout", connection["Connection Idle Timeout"], "MaxIdleTime");
        }

        if (connection.ShouldSerialize("Connect Retry Count") && connection.ConnectRetryCount != 0)
        {
            yield return $"Connect Retry Count is {connection.ConnectRetryCount} in the connection string. The driver would silently put another session under a lease. Set ConnectionPoolOptions.MaxOpenRetries instead, and remove it.";
        }

        if (connection.ShouldSerialize("Pool Blocking Period") && connection.PoolBlockingPeriod != PoolBlockingPeriod.NeverBlock)
        {
            yield return BelongsToPool("Pool Blocking Period", connection.PoolBlockingPeriod, "CircuitBreaker");
        }
    }

    // The same source as SqlClient.
    private static bool IsGlobalizationInvariant() =>
        AppContext.TryGetSwitch("System.Globalization.Invariant", out var isInvariant)
            ? isInvariant
            : Environment.GetEnvironmentVariable("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT") is { } set && (set is "1" || set.Equals("true", StringComparison.OrdinalIgnoreCase));
}
