using System.Data;
using Cenote;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace Snippets;

internal static class Mappers
{
    internal static async Task<Customer> OpenAsync(ConnectionPool pool)
    {
        #region dapper
        await using var connection = await pool.OpenConnectionAsync();
        var customer = await connection.QuerySingleAsync<Customer>("SELECT id, name FROM customers WHERE id = @id", new { id = 7 });
        #endregion
        return customer;
    }

    internal static async Task<int> CloseBetweenAsync(ConnectionPool pool)
    {
        #region between
        await using var connection = pool.CreateConnection();
        var open = await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM orders WHERE paid IS NULL");
        var all = await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM orders");
        #endregion
        return open + all;
    }

    internal static async Task<IEnumerable<string>> InListAsync(PooledConnection connection)
    {
        #region in
        var ids = new[] { 2, 4, 99 };
        var names = await connection.QueryAsync<string>("SELECT name FROM customers WHERE id IN @ids", new { ids });
        #endregion
        return names;
    }

    internal static async Task<IEnumerable<string>> ArrayAsync(PooledConnection connection)
    {
        var ids = new[] { 2, 4, 99 };
        #region array
        var names = await connection.QueryAsync<string>(
            "SELECT name FROM customers WHERE id = ANY(@ids)", new { ids = new IntegerArray(ids) });
        #endregion
        return names;
    }

    internal static async Task<IEnumerable<string>> UnwrapAsync(PooledConnection connection, int[] ids)
    {
        #region unwrap
        var names = await connection.Unwrap<NpgsqlConnection>().QueryAsync<string>(
            "SELECT name FROM customers WHERE id = ANY(@ids)", new { ids });
        #endregion
        return names;
    }

    internal sealed record Customer(int Id, string Name);

    #region parameter
    internal sealed class IntegerArray(int[] values) : SqlMapper.ICustomQueryParameter
    {
        public void AddParameter(IDbCommand command, string name) =>
            command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | NpgsqlDbType.Integer) { Value = values });
    }
    #endregion
}
