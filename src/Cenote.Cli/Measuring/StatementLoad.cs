using System.Data.Common;
using System.Diagnostics;

namespace Cenote.Cli.Measuring;

/// <summary>
/// Executes a statement from some clients at once. Each opens a connection of a data source, executes, reads the answer
/// to its end, and closes the connection, again and again.
/// </summary>
internal sealed class StatementLoad(string statement, TimeProvider clock)
{
    private const double WarmUp = 0.2;

    /// <summary>
    /// Opens connections at the same time and returns them, so that no measurement contains a connect.
    /// </summary>
    public static async Task OpenAsync(DbDataSource source, int size, CancellationToken cancellationToken)
    {
        var connections = new List<DbConnection>(size);
        try
        {
            while (connections.Count < size)
            {
                connections.Add(await source.OpenConnectionAsync(cancellationToken));
            }
        }
        finally
        {
            foreach (var connection in connections)
            {
                await connection.DisposeAsync();
            }
        }
    }

    public static async Task ReadAsync(DbConnection connection, string statement, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        do
        {
            while (await reader.ReadAsync(cancellationToken))
            {
            }
        }
        while (await reader.NextResultAsync(cancellationToken));
    }

    /// <summary>Measures for a duration, of which the first fifth does not count.</summary>
    /// <exception cref="DbException">The statement failed, or a connection was not available.</exception>
    public async Task<LoadResult> RunAsync(DbDataSource source, int clients, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var started = clock.GetTimestamp();
        var window = (Opens: started + Ticks(duration * WarmUp), Closes: started + Ticks(duration));
        var tasks = Enumerable.Range(0, clients).Select(_ => Task.Run(() => CallAsync(source, window, stop), CancellationToken.None)).ToArray();
        await Task.WhenAll(tasks);
        cancellationToken.ThrowIfCancellationRequested();
        process.Refresh();
        var processor = (process.TotalProcessorTime - before) / clock.GetElapsedTime(started) / Environment.ProcessorCount;
        var results = tasks.Select(static task => task.Result).ToList();
        return new LoadResult(
            results.Sum(static result => result.Count) / (duration * (1 - WarmUp)).TotalSeconds,
            Durations.Of(results.Select(static result => result.Waits)),
            Durations.Of(results.Select(static result => result.Leases)),
            processor);
    }

    /// <returns>How many executions the window contains, and how long they took.</returns>
    private async Task<(double Count, Durations Waits, Durations Leases)> CallAsync(DbDataSource source, (long Opens, long Closes) window, CancellationTokenSource stop)
    {
        var count = 0.0;
        var (waits, leases) = (new Durations(), new Durations());
        try
        {
            for (var start = clock.GetTimestamp(); start < window.Closes && !stop.IsCancellationRequested;)
            {
                long got;
                await using (var connection = await source.OpenConnectionAsync(stop.Token))
                {
                    got = clock.GetTimestamp();
                    await ReadAsync(connection, statement, stop.Token);
                }

                // Of an execution at the edge, the part within: few long executions count as exactly as many short
                // ones.
                var end = clock.GetTimestamp();
                var within = Math.Min(end, window.Closes) - Math.Max(start, window.Opens);
                if (within > 0)
                {
                    count += within / (double)Math.Max(1, end - start);
                    waits.Add(clock.GetElapsedTime(start, got));
                    leases.Add(clock.GetElapsedTime(start, end));
                }

                start = end;
            }

            return (count, waits, leases);
        }
        catch
        {
            // The others need not go on.
            await stop.CancelAsync();
            throw;
        }
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);
}
