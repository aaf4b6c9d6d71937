using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace Cenote.AdoNetTests;

/// <summary>
/// PostgreSQL arrays through Dapper: it passes an array as one parameter only when the connection's type is called
/// <c>NpgsqlConnection</c>, and spells it out as a list of parameters otherwise. This shows which way works.
/// </summary>
public class DapperArrayTests
{
    private const string Any = "SELECT x FROM generate_series(1, 10) x WHERE x = ANY(@wanted)";
    private static readonly int[] Wanted = [2, 4, 99];

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task Lists_after_in_work_on_a_pooled_connection(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var found = await connection.QueryAsync<int>("SELECT x FROM generate_series(1, 10) x WHERE x IN @wanted", new { wanted = Wanted });
        Assert.Equal([2, 4], found);
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task Lists_after_in_fail_on_the_drivers_own_connection_since_dapper_passes_an_array(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var lease = await pool.RentAsync();
        await Assert.ThrowsAsync<PostgresException>(() =>
            lease.Connection.QueryAsync<int>("SELECT x FROM generate_series(1, 10) x WHERE x IN @wanted", new { wanted = Wanted }));
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task Reading_arrays_works_on_a_pooled_connection(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var read = await connection.QuerySingleAsync<int[]>("SELECT ARRAY[1, 2]");
        Assert.Equal([1, 2], read);
        var raw = await connection.Unwrap<NpgsqlConnection>().QuerySingleAsync<int[]>("SELECT ARRAY[1, 2]");
        Assert.Equal([1, 2], raw);
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task A_bare_array_fails_on_a_pooled_connection_since_dapper_spells_it_out(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        var failure = await Assert.ThrowsAsync<PostgresException>(() => connection.QueryAsync<int>(Any, new { wanted = Wanted }));
        Assert.Contains("ANY", failure.MessageText, StringComparison.Ordinal);
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task An_array_works_on_the_unwrapped_connection(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        Assert.Equal([2, 4], await connection.Unwrap<NpgsqlConnection>().QueryAsync<int>(Any, new { wanted = Wanted }));
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task An_array_works_on_a_leases_own_connection(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var lease = await pool.RentAsync();
        Assert.Equal([2, 4], await lease.Connection.QueryAsync<int>(Any, new { wanted = Wanted }));
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task An_array_parameter_works_if_dapper_need_not_interpret_it(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        Assert.Equal([2, 4], await connection.QueryAsync<int>(Any, new { wanted = new ArrayParameter(Wanted) }));
        Assert.Equal([2, 4], await connection.Unwrap<NpgsqlConnection>().QueryAsync<int>(Any, new { wanted = new ArrayParameter(Wanted) }));
    }

    // The few lines that a user needs: Dapper leaves such a parameter to its owner.
    private sealed class ArrayParameter(int[] values) : SqlMapper.ICustomQueryParameter
    {
        public void AddParameter(IDbCommand command, string name) =>
            command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | NpgsqlDbType.Integer) { Value = values });
    }
}
