using Dapper;

namespace Cenote.AdoNetTests;

public class DapperTests
{
    private sealed class Customer
    {
        public long Id { get; set; }

        public string Name { get; set; } = "";

        public List<Order> Orders { get; } = [];
    }

    private sealed class Order
    {
        public long Number { get; set; }

        public long Total { get; set; }
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Queries_map_to_objects(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        const string Query = "SELECT @id AS Id, @name AS Name";
        Assert.Equal("Ana", connection.QuerySingle<Customer>(Query, new { id = 7, name = "Ana" }).Name);
        Assert.Equal(7, (await connection.QuerySingleAsync<Customer>(Query, new { id = 7, name = "Ana" })).Id);
        Assert.Equal(5, await connection.ExecuteScalarAsync<int>("SELECT 5"));
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), await connection.QueryAsync<long>(Sql.Numbers(20)));
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), connection.Query<long>(Sql.Numbers(20), buffered: false));
        var dynamicRow = await connection.QueryFirstAsync(Query, new { id = 7, name = "Ana" });
        Assert.Equal("Ana", (string)((IDictionary<string, object>)dynamicRow).Single(pair => pair.Key.Equals("name", StringComparison.OrdinalIgnoreCase)).Value);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task It_opens_and_closes_a_closed_connection_by_itself(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = pool.CreateConnection();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(i, await connection.QuerySingleAsync<int>($"SELECT {i}"));
            Assert.Equal(i, connection.QuerySingle<int>($"SELECT {i}"));
            Assert.Equal(3, connection.Query<int>(Sql.Numbers(3)).Count());
            Assert.Equal(ConnectionState.Closed, connection.State);
            Assert.Equal(0, pool.GetStatistics().Counts.Leased);
        }

        using (var reader = await connection.ExecuteReaderAsync(Sql.Numbers(5)))
        {
            Assert.True(await reader.ReadAsync());
            Assert.Equal(1, pool.GetStatistics().Counts.Leased);
        }

        Assert.Equal(0, pool.GetStatistics().Counts.Leased);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Several_types_of_one_row_and_several_results_of_one_call_map(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        const string Rows = "SELECT 1 AS Id, 'Ana' AS Name, x AS Number, x * 10 AS Total";
        var found = new Dictionary<long, Customer>();
        await connection.QueryAsync<Customer, Order, Customer>(
            $"{Rows} FROM ({Sql.Numbers(3)}) numbers",
            (customer, order) =>
            {
                found.TryAdd(customer.Id, customer);
                found[customer.Id].Orders.Add(order);
                return customer;
            },
            splitOn: "Number");
        Assert.Equal([10L, 20L, 30L], Assert.Single(found.Values).Orders.Select(order => order.Total));

        await using var results = await connection.QueryMultipleAsync("SELECT 1; SELECT 'two'; SELECT 3");
        Assert.Equal(1, await results.ReadSingleAsync<int>());
        Assert.Equal("two", await results.ReadSingleAsync<string>());
        Assert.Equal(3, results.ReadSingle<int>());
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Transactions_lists_and_repeated_executions_work(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var table = Sql.NewTable();
        await connection.ExecuteAsync($"CREATE TABLE {table} (x int)");
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            var rows = Enumerable.Range(1, 10).Select(x => new { x });
            Assert.Equal(10, await connection.ExecuteAsync($"INSERT INTO {table} VALUES (@x)", rows, transaction));
            await transaction.CommitAsync();
        }

        using (var transaction = connection.BeginTransaction())
        {
            Assert.Equal(10, connection.Execute($"DELETE FROM {table}", transaction: transaction));
            transaction.Rollback();
        }

        Assert.Equal([2, 4], await connection.QueryAsync<int>($"SELECT x FROM {table} WHERE x IN @wanted ORDER BY x", new { wanted = new[] { 2, 4, 99 } }));
        await connection.ExecuteAsync($"DROP TABLE {table}");
    }

    [Fact]
    public Task Stored_procedures_of_mariadb_work() => AssertProcedureAsync(Db.MariaDb, "(IN a int, OUT b int) BEGIN SET b = a * 2; END");

    [Theory, ClassData<PostgreSqlDatabases>]
    public Task Stored_procedures_of_postgresql_work(Db db) =>
        AssertProcedureAsync(db, "(a int, OUT b int) LANGUAGE plpgsql AS $$ BEGIN b := a * 2; END $$");

    private static async Task AssertProcedureAsync(Db db, string definition)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var procedure = $"p_{Guid.NewGuid():N}";
        await connection.ExecuteAsync($"CREATE PROCEDURE {procedure}{definition}");
        var parameters = new DynamicParameters();
        parameters.Add("a", 21);
        parameters.Add("b", dbType: DbType.Int32, direction: ParameterDirection.Output);
        await connection.ExecuteAsync(procedure, parameters, commandType: CommandType.StoredProcedure);
        Assert.Equal(42, parameters.Get<int>("b"));
        await connection.ExecuteAsync($"DROP PROCEDURE {procedure}");
    }
}
