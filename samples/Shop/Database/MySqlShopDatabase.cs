using System.Data.Common;
using System.Text;
using Cenote.Providers;
using MySqlConnector;

namespace Cenote.Shop.Database;

/// <summary>A shop in a MySQL or MariaDB database.</summary>
internal sealed class MySqlShopDatabase : ShopDatabase
{
    private const int RowsPerInsert = 500;

    // A lock's name belongs to the whole server and holds 64 characters; a database's name may be as long.
    private const string ClaimSql = "SELECT GET_LOCK(CONCAT('cenote shop ', MD5(DATABASE())), 0)";

    private readonly MySqlConnectionStringBuilder _builder;

    public MySqlShopDatabase(string connectionString)
        : this(new MySqlConnectionStringBuilder(connectionString))
    {
    }

    private MySqlShopDatabase(MySqlConnectionStringBuilder builder)
        : base(Secrets.Of(builder)) => _builder = builder;

    public override string Name => "MySQL/MariaDB";

    public override string Place => ServerAddress.Format(_builder.Server, (int)_builder.Port, _builder.Database);

    public override string Afterwards => $"The shop stays in {Place}, in the tables {ShopSchema.Prefix}*; the next run replaces it.";

    public override ShopDialect Dialect { get; } = new()
    {
        WholeType = "BIGINT",
        TextType = "VARCHAR(200)",
        TableSuffix = " ENGINE = InnoDB",
        RowLock = " FOR UPDATE",
        ListTables = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()",
        TransactionalTables = false,
    };

    public override DatabaseProvider CreateProvider() => new MySqlProvider(_builder.ConnectionString);

    public override async Task<IAsyncDisposable> ClaimAsync(CancellationToken cancellationToken)
    {
        var connection = await OpenDirectAsync(cancellationToken);
        if (await connection.ScalarAsync(ClaimSql, cancellationToken) is 1L or 1)
        {
            return connection;
        }

        await connection.DisposeAsync();
        throw ClaimedElsewhere();
    }

    public override async Task LoadAsync(
        DbConnection connection, DbTransaction transaction, ShopTable table, IEnumerable<object[]> rows, CancellationToken cancellationToken)
    {
        foreach (var chunk in rows.Chunk(RowsPerInsert))
        {
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            var sql = new StringBuilder($"INSERT INTO {table.Name} ({table.ColumnNames}) VALUES ");
            for (var row = 0; row < chunk.Length; row++)
            {
                var names = chunk[row].Select((_, column) => $"@r{row}c{column}").ToArray();
                sql.Append(row == 0 ? "(" : ", (").AppendJoin(", ", names).Append(')');
                for (var column = 0; column < names.Length; column++)
                {
                    command.Bind(names[column], chunk[row][column]);
                }
            }

            command.CommandText = sql.ToString();
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    protected override DbConnection CreateDirectConnection() =>
        new MySqlConnection(new MySqlConnectionStringBuilder(_builder.ConnectionString) { Pooling = false }.ConnectionString);
}
