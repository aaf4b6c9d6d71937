using System.Data.Common;

namespace Cenote.AotSmoke;

/// <summary>
/// The same small job on any database: write and read through both ways to hold a connection, run out of them, count.
/// </summary>
internal static class PoolCheck
{
    private const int Rows = 20;
    private static readonly string s_table = $"aot_smoke_{Environment.ProcessId}";

    /// <exception cref="InvalidOperationException">Something was not as it must be; the message says what.</exception>
    public static async Task RunAsync(string database, ConnectionPoolBuilder builder)
    {
        await using var pool = builder.WithName($"aot/{database}").WithSize(1, 2).Build();
        await pool.WaitUntilReadyAsync();

        await ExecuteAsync(pool, $"CREATE TABLE {s_table} (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL)");
        try
        {
            await Task.WhenAll(Enumerable.Range(1, Rows).Select(id => InsertAsync(pool, id)).ToArray());
            await ReadAsync(pool);
        }
        finally
        {
            await ExecuteAsync(pool, $"DROP TABLE {s_table}");
        }

        await RunOutOfConnectionsAsync(pool);
        CheckStatistics(pool.GetStatistics());
        Console.WriteLine($"{database}: {pool.GetStatistics().Counts}");
    }

    private static async Task InsertAsync(ConnectionPool pool, int id)
    {
        await using var connection = await pool.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"INSERT INTO {s_table} (id, name) VALUES (@id, @name)";
        AddParameter(command, "@id", id);
        AddParameter(command, "@name", $"row {id}");
        Expect(1, await command.ExecuteNonQueryAsync(), "rows inserted");
        await transaction.CommitAsync();
    }

    private static async Task ReadAsync(ConnectionPool pool)
    {
        await using var lease = await pool.RentAsync();
        await using var command = lease.Connection.CreateCommand();
        command.CommandText = $"SELECT id, name FROM {s_table} ORDER BY id";
        await using var reader = await command.ExecuteReaderAsync();
        var row = 0;
        while (await reader.ReadAsync())
        {
            row++;
            Expect(row, reader.GetInt32(0), "id read");
            Expect($"row {row}", reader.GetString(1), "name read");
        }

        Expect(Rows, row, "rows read");
    }

    private static async Task RunOutOfConnectionsAsync(ConnectionPool pool)
    {
        await using var first = await pool.RentAsync();
        await using var second = await pool.RentAsync();
        try
        {
            await using var third = await pool.RentAsync(TimeSpan.FromMilliseconds(50));
        }
        catch (PoolTimeoutException exception)
        {
            Expect(2, exception.Counts.Leased, "connections leased when the pool was exhausted");
            return;
        }

        throw new InvalidOperationException("A pool of two rented out a third connection.");
    }

    private static void CheckStatistics(PoolStatistics statistics)
    {
        // Two commands around the table, the rows, one reader, and the two leases that used the pool up.
        Expect(Rows + 5, statistics.Rents, "rents");
        Expect(1, statistics.Timeouts, "timeouts");
        Expect(2, statistics.ConnectionsOpened, "connections opened");
        Expect(0, statistics.ConnectionsClosed, "connections closed");
        Expect(0, statistics.Counts.Leased, "connections leased at the end");
        Expect(2, statistics.Counts.Total, "connections at the end");
    }

    private static async Task ExecuteAsync(ConnectionPool pool, string sql)
    {
        await using var command = pool.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static void AddParameter(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }

    private static void Expect<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new InvalidOperationException($"{what}: expected {expected}, got {actual}.");
        }
    }
}
