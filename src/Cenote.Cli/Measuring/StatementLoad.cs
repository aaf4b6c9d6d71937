using System.Data.Common;
using System.Diagnostics;

namespace Cenote.Cli.Measuring;

/// <summary>
/// Executes a statement from some clients at once. Each opens a connection of a data source, executes, reads the answer
/// to its end, and closes the connection, again and again.
/// </summary>
/// <param name="statement">The statement.</param>
/// <param name="clock">The clock.</param>
/// <param name="isInProcess">Whether the database works on the thread of its caller: each client has one of its
/// own.</param>
internal sealed class StatementLoad(string statement, TimeProvider clock, bool isInProcess)
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
    /// <exception cref="MeasurementException">No client executed anything in time.</exception>
    public async Task<LoadResult> RunAsync(DbDataSource source, int clients, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var started = clock.GetTimestamp();
        var results = isInProcess ? await CallOnThreadsAsync(source, clients, duration, stop) : await CallInPoolAsync(source, clients, WindowFrom(started, duration), stop);
        cancellationToken.ThrowIfCancellationRequested();
        process.Refresh();
        var processor = (process.TotalProcessorTime - before) / clock.GetElapsedTime(started) / Environment.ProcessorCount;
        var count = results.Sum(static result => result.Count);
        return count > 0
            ? new LoadResult(
                count / (duration * (1 - WarmUp)).TotalSeconds,
                Durations.Of(results.Select(static result => result.Waits)),
                Durations.Of(results.Select(static result => result.Leases)),
                processor)
            : throw new MeasurementException(FormattableString.Invariant(
                $"Nothing was executed in a turn of {duration.TotalMilliseconds:0} ms: this machine is too busy to measure on. Give more --seconds, or wait until it is idle."));
    }

    private static void Read(DbConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        using var reader = command.ExecuteReader();
        do
        {
            while (reader.Read())
            {
            }
        }
        while (reader.NextResult());
    }

    private Task<ClientResult[]> CallInPoolAsync(DbDataSource source, int clients, (long Opens, long Closes) window, CancellationTokenSource stop) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(() => CallAsync(source, window, stop), CancellationToken.None)));

    private async Task<ClientResult[]> CallOnThreadsAsync(DbDataSource source, int clients, TimeSpan duration, CancellationTokenSource stop)
    {
        // The thread pool has about as many threads as there are cores: clients beyond that would wait for a thread.
        (long Opens, long Closes) window = default;
        using var start = new Barrier(clients, _ => window = WindowFrom(clock.GetTimestamp(), duration));
        return await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(CancellationToken.None);
                return Call(source, window, stop);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
    }

    private async Task<ClientResult> CallAsync(DbDataSource source, (long Opens, long Closes) window, CancellationTokenSource stop)
    {
        var result = new ClientResult(clock, window.Opens, window.Closes);
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

                start = result.Add(start, got);
            }

            return result;
        }
        catch
        {
            // The others need not go on.
            await stop.CancelAsync();
            throw;
        }
    }

    private ClientResult Call(DbDataSource source, (long Opens, long Closes) window, CancellationTokenSource stop)
    {
        var result = new ClientResult(clock, window.Opens, window.Closes);
        try
        {
            for (var start = clock.GetTimestamp(); start < window.Closes && !stop.IsCancellationRequested;)
            {
                long got;
                using (var connection = source.OpenConnection())
                {
                    got = clock.GetTimestamp();
                    Read(connection, statement);
                }

                start = result.Add(start, got);
            }

            return result;
        }
        catch
        {
            stop.Cancel();
            throw;
        }
    }

    private (long Opens, long Closes) WindowFrom(long start, TimeSpan duration) => (start + Ticks(duration * WarmUp), start + Ticks(duration));

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);
}
