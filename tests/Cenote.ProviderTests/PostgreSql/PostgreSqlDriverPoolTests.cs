namespace Cenote.ProviderTests.PostgreSql;

/// <summary>The driver's reset where Npgsql has not the members that a shared data source needs.</summary>
public sealed class PostgreSqlDriverPoolTests : PostgreSqlSuite
{
    protected override bool NoneLeavesTransactions => false;

    protected override DatabaseProvider NewProvider(string connectionString) => new PostgreSqlProvider(connectionString, configure: null, usesInternals: false);

    [Fact]
    public async Task Schema_with_keys_is_read_beside_an_open_reader()
    {
        var table = await NewTableAsync("id INTEGER PRIMARY KEY");
        await using var pool = NewPool();
        await using var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT id FROM {table}";
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.KeyInfo, TestContext.Current.CancellationToken);
        var schema = await reader.GetSchemaTableAsync(TestContext.Current.CancellationToken);
        Assert.True((bool)schema!.Rows[0]["IsKey"]);
    }
}
