using System.Data.Common;
using System.Globalization;
using Cenote.Providers;

namespace Cenote.Cli.Checking;

/// <summary>What is asked of one kind of database. Nothing is written outside the session of the check.</summary>
internal abstract class ServerQuestions
{
    /// <summary>
    /// Returns the questions for a word of the command line; <see langword="null"/> for an unknown one.
    /// </summary>
    public static ServerQuestions? For(string? database) => database?.ToUpperInvariant() switch
    {
        "POSTGRESQL" => new PostgreSqlQuestions(),
        "MYSQL" or "MARIADB" => new MySqlQuestions(),
        "SQLITE" => new SqliteQuestions(),
        _ => null,
    };

    /// <summary>
    /// Returns the name of a database that has a provider, but no questions; <see langword="null"/> for another word.
    /// </summary>
    public static string? NameOfUntested(string? database) => database?.ToUpperInvariant() switch
    {
        "SQLSERVER" or "MSSQL" or "AZURESQL" => "SQL Server",
        "ORACLE" => "Oracle",
        _ => null,
    };

    /// <summary>
    /// Gets whether the database works on the thread of its caller, so that a driver's asynchronous call blocks it.
    /// </summary>
    public virtual bool IsInProcess => false;

    /// <summary>Gets what a reset must clear, under names that no other check has.</summary>
    public abstract IReadOnlyList<Leftover> Leftovers { get; }

    /// <summary>Gets a query for the number of the session; <see langword="null"/> where there is only one.</summary>
    public abstract string? SessionQuery { get; }

    /// <summary>
    /// Gets or sets whether a proxy is in between, at which a session may be that of other clients the next moment.
    /// </summary>
    public bool IsProxied { get; protected set; }

    /// <summary>Gets a name of this check alone.</summary>
    protected string Name { get; } = "cenote_check_" + Guid.NewGuid().ToString("N")[..12];

    /// <summary>Returns the driver's own pool with the same guarantees as ours.</summary>
    /// <param name="connectionString">A connection string that <see cref="NewProvider"/> accepts.</param>
    /// <param name="size">The most connections.</param>
    /// <param name="timeout">How long a client waits for one.</param>
    /// <returns><see langword="null"/> where the driver has no such pool.</returns>
    public abstract DbDataSource? NewDriverPool(string connectionString, int size, TimeSpan timeout);

    /// <summary>
    /// Gets a query that a session with the connection string of <see cref="ToReadOnly"/> answers with <c>on</c>;
    /// <see langword="null"/> where that cannot be asked.
    /// </summary>
    public virtual string? ReadOnlyQuery => null;

    /// <summary>
    /// Returns a connection string and a statement with which the database refuses every write, also after a reset of
    /// the session. The server must have been asked before.
    /// </summary>
    public abstract (string ConnectionString, string Statement) ToReadOnly(string connectionString, string statement);

    /// <summary>Returns whether a statement failed because it would have written.</summary>
    public abstract bool IsRefusedAsWrite(DbException exception);

    /// <exception cref="ArgumentException">The connection string is invalid, or has a setting that a pool refuses. The
    /// message quotes no secret.</exception>
    public abstract DatabaseProvider NewProvider(string connectionString);

    /// <summary>Asks on an open connection, and adds the answers and what follows from them.</summary>
    public abstract Task AskAsync(DbConnection connection, CheckReport report, CancellationToken cancellationToken);

    /// <summary>Returns the first row by column name; values as invariant text, SQL's NULL as an empty one.</summary>
    protected static async Task<Dictionary<string, string>> RowAsync(DbConnection connection, string query, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var row = new Dictionary<string, string>(StringComparer.Ordinal);
        if (await reader.ReadAsync(cancellationToken))
        {
            for (var column = 0; column < reader.FieldCount; column++)
            {
                row[reader.GetName(column)] = Text(reader.GetValue(column));
            }
        }

        return row;
    }

    /// <summary>Returns the rows of a query for names and values, as <c>SHOW VARIABLES</c> is.</summary>
    protected static async Task<Dictionary<string, string>> PairsAsync(DbConnection connection, string query, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var pairs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadAsync(cancellationToken))
        {
            pairs[Text(reader.GetValue(0))] = Text(reader.GetValue(1));
        }

        return pairs;
    }

    protected static string Text(object? value) => value is null or DBNull ? "" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    protected static int Number(Dictionary<string, string> row, string name) =>
        int.TryParse(row.GetValueOrDefault(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Adds what is between the client and the server, as far as the server's answers show it.</summary>
    /// <param name="report">The report.</param>
    /// <param name="sharing">
    /// How a proxy that keeps sessions of its own shows; <see langword="null"/> without one.
    /// </param>
    /// <param name="asked">The port that the client connected to.</param>
    /// <param name="listening">The server's port; empty without one.</param>
    protected void AddProxy(CheckReport report, string? sharing, int asked, string listening)
    {
        IsProxied = sharing is not null;
        var isForwarded = !IsProxied && int.TryParse(listening, NumberStyles.Integer, CultureInfo.InvariantCulture, out var port) && port > 0 && port != asked;
        report.Add("server", "proxy", sharing is not null ? $"yes: {sharing}" : isForwarded ? FormattableString.Invariant($"yes: the client connects to port {asked}, and the server listens on {listening}") : "none that can be seen");
        if (IsProxied)
        {
            report.Find(CheckLevel.Warning, "A proxy that keeps sessions of its own, such as PgBouncer, is in between. What it keeps of a session depends on it and its mode: see docs/proxies.md.");
        }
        else if (isForwarded)
        {
            report.Find(CheckLevel.Note, "Something passes connections on: a proxy such as HAProxy or pgpool-II, a tunnel or a port mapping. It may end idle connections and long statements, and choose among servers: see docs/proxies.md.");
        }
    }

    /// <summary>Adds the room for pools: what everybody may open, and how much of it is taken.</summary>
    /// <param name="report">The report.</param>
    /// <param name="room">How many connections this user can have in all.</param>
    /// <param name="inUse">How many of them exist, the check's own included.</param>
    /// <param name="limit">The names of the settings that limit it.</param>
    protected static void AddRoom(CheckReport report, int room, int inUse, string limit)
    {
        (report.Room, report.InUse) = (room, inUse);
        report.Add("limits", "room for pools", FormattableString.Invariant($"{room} connections, {inUse} of them in use"));
        if (inUse >= room * 8 / 10)
        {
            report.Find(CheckLevel.Warning, FormattableString.Invariant($"{inUse} of {room} connections are in use ({limit}). Instances that start may be refused."));
        }

        var size = new ConnectionPoolOptions().MaxSize;
        report.Find(CheckLevel.Note, room < size
            ? FormattableString.Invariant($"MaxSize times the number of instances may be at most {room} ({limit}), less than the default MaxSize of {size}.")
            : FormattableString.Invariant($"MaxSize times the number of instances may be at most {room} ({limit}): with the default MaxSize of {size}, {room / size} instances."));
    }
}
