using Cenote.Providers;

namespace Cenote.FaultTests.Standstill;

/// <summary>
/// The process that <see cref="StoppedProcessTests"/> stops: a pool with every connection idle. For each line that it
/// reads, callers rent all of them at once and ask something; it answers with what became of the first statement of
/// each.
/// </summary>
internal static class ThawCommand
{
    internal const string DatabaseVariable = "CENOTE_THAW_DATABASE";
    internal const string ConnectionVariable = "CENOTE_THAW_CONNECTION";
    internal const string Ready = "ready";
    internal const string Well = "well";
    internal const int Connections = 4;

    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    internal static async Task<int> RunAsync()
    {
        var connectionString = Environment.GetEnvironmentVariable(ConnectionVariable)!;
        DatabaseProvider provider = Environment.GetEnvironmentVariable(DatabaseVariable) is "PostgreSQL" ? new PostgreSqlProvider(connectionString) : new MySqlProvider(connectionString);
        await using var pool = new ConnectionPool(provider, new ConnectionPoolOptions { MinSize = Connections, MaxSize = Connections, ValidationInterval = Interval });
        await pool.WaitUntilReadyAsync();
        Console.WriteLine(Ready);
        while (await ReadLineAsync() is not null)
        {
            // The first rents at once, on the thread that has read the line: before upkeep has a thread.
            var callers = new Task<string>[Connections];
            for (var caller = 0; caller < Connections; caller++)
            {
                callers[caller] = AskAsync(pool, raw: caller % 2 == 0);
            }

            Console.WriteLine(string.Join("; ", (await Task.WhenAll(callers)).Distinct(StringComparer.Ordinal)));
        }

        return 0;
    }

    private static Task<string?> ReadLineAsync()
    {
        // A thread of its own, which the system wakes without the thread pool.
        var line = new TaskCompletionSource<string?>();
        new Thread(() => line.SetResult(Console.ReadLine())) { IsBackground = true }.Start();
        return line.Task;
    }

    private static async Task<string> AskAsync(ConnectionPool pool, bool raw)
    {
        try
        {
            if (raw)
            {
                await using var lease = await pool.RentAsync();
                await AskAsync(lease.Connection);
            }
            else
            {
                await using var connection = await pool.OpenConnectionAsync();
                await AskAsync(connection);
            }

            return Well;
        }
        catch (Exception exception)
        {
            return $"{exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}";
        }
    }

    private static async Task AskAsync(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        await command.ExecuteScalarAsync();
    }
}
