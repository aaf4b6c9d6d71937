using System.Data.Common;
using Cenote.Providers;
using Npgsql;
using NpgsqlTypes;

namespace Cenote.Shop.Database;

/// <summary>
/// A shop in a PostgreSQL database, in the schema that the connection string's user creates tables in.
/// </summary>
internal sealed class PostgreSqlShopDatabase : ShopDatabase
{
    // Two numbers that no other program locks: "cenote" on a phone's keys.
    private const string ClaimSql = "SELECT pg_try_advisory_lock(236683, 1)";

    private readonly NpgsqlConnectionStringBuilder _builder;

    public PostgreSqlShopDatabase(string connectionString)
        : this(new NpgsqlConnectionStringBuilder(connectionString))
    {
    }

    private PostgreSqlShopDatabase(NpgsqlConnectionStringBuilder builder)
        : base(Secrets.Of(builder)) => _builder = builder;

    public override string Name => "PostgreSQL";

    public override string Place => ServerAddress.Format(_builder.Host, _builder.Port, _builder.Database ?? _builder.Username);

    public override string Afterwards => $"The shop stays in {Place}, in the tables {ShopSchema.Prefix}*; the next run replaces it.";

    public override ShopDialect Dialect { get; } = new()
    {
        WholeType = "bigint",
        TextType = "text",
        RowLock = " FOR UPDATE",
        ListTables = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()",
        TransactionalTables = true,
        Analyze = "ANALYZE " + string.Join(", ", ShopSchema.Tables.Select(table => table.Name)),
    };

    public override DatabaseProvider CreateProvider() => new PostgreSqlProvider(_builder.ConnectionString);

    public override async Task<IAsyncDisposable> ClaimAsync(CancellationToken cancellationToken)
    {
        var connection = await OpenDirectAsync(cancellationToken);
        if (await connection.ScalarAsync(ClaimSql, cancellationToken) is true)
        {
            return connection;
        }

        await connection.DisposeAsync();
        throw ClaimedElsewhere();
    }

    public override async Task LoadAsync(
        DbConnection connection, DbTransaction transaction, ShopTable table, IEnumerable<object[]> rows, CancellationToken cancellationToken)
    {
        await using var import = await ((NpgsqlConnection)connection).BeginBinaryImportAsync(
            $"COPY {table.Name} ({table.ColumnNames}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (var row in rows)
        {
            await import.StartRowAsync(cancellationToken);
            for (var index = 0; index < row.Length; index++)
            {
                await import.WriteAsync(
                    row[index], table.Columns[index].Kind == ColumnKind.Whole ? NpgsqlDbType.Bigint : NpgsqlDbType.Text, cancellationToken);
            }
        }

        await import.CompleteAsync(cancellationToken);
    }

    protected override DbConnection CreateDirectConnection() =>
        new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_builder.ConnectionString) { Pooling = false }.ConnectionString);
}
