using System.Data.Common;
using Cenote.Cli.Checking;

namespace Cenote.Cli.Measuring;

/// <summary>What a measurement must know of a server before it starts.</summary>
/// <param name="Name">The product and its version.</param>
/// <param name="Room">How many connections this user can have in all; <see langword="null"/> without a server.</param>
/// <param name="Free">How many of them are not in use.</param>
/// <param name="Execution">The duration of the statement on an idle connection.</param>
/// <param name="IsWrapped">Whether each execution has statements around it that keep it read-only.</param>
internal sealed record MeasuredServer(string Name, int? Room, int? Free, TimeSpan Execution, bool IsWrapped = false)
{
    internal const string WrappedNote = "What keeps the statement read-only was sent with each execution, and takes time at the server. --allow-writes measures the statement alone.";

    private const int Trials = 2;

    /// <summary>
    /// Asks the server and tries the statement: in read-only sessions, unless the options allow writes.
    /// </summary>
    /// <exception cref="DbException">The server was not reached, or refused the statement.</exception>
    /// <exception cref="MeasurementException">The statement changes data, or the driver cannot execute it.</exception>
    public static async Task<MeasuredServer> AskAsync(StatementOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var report = new CheckReport();
        await using (var asking = ServerCheck.NewPool(options.Questions, options.ConnectionString, options.Timeout))
        {
            await using var lease = await asking.RentAsync(cancellationToken);
            await options.Questions.AskAsync(lease.Connection, report, cancellationToken);
        }

        if (!options.AllowsWrites)
        {
            Check(options);
        }

        await using var pool = ServerCheck.NewPool(options.Questions, options.Measured.ConnectionString, options.Timeout);
        await options.CheckReadOnlyAsync(pool, "Cenote", cancellationToken);

        // The first execution may read what the next ones find in memory.
        var execution = TimeSpan.MaxValue;
        for (var trial = 0; trial < Trials; trial++)
        {
            var time = await options.GuardAsync(() => TryAsync(pool, options.Measured.Statement, clock, cancellationToken));
            execution = time < execution ? time : execution;
        }

        // The connection that asked ends before the measurement.
        return new MeasuredServer($"{report.Rows[0].Name} {report.Rows[0].Value}", report.Room, report.Room - report.InUse + 1, execution, options.Measured.Statement != options.Statement);
    }

    /// <summary>Refuses what read-only sessions would not protect from.</summary>
    private static void Check(StatementOptions options)
    {
        if (StatementText.ControlsTransactions(options.Statement))
        {
            throw new MeasurementException("The statement controls transactions, so that it is not certain that it writes nothing. Give --allow-writes if it may change data thousands of times.");
        }

        if (StatementText.ChangesServer(options.Statement))
        {
            throw new MeasurementException("The statement may change files, settings or sessions of the server, which read-only sessions may permit. Give --allow-writes if it may do so thousands of times.");
        }

        if (options.Questions.IsProxied && StatementText.CommitsImplicitly(options.Statement))
        {
            throw new MeasurementException("The statement may end a transaction, and a proxy is in between, so that it is not certain that it writes nothing. Give --allow-writes if it may change data thousands of times.");
        }
    }

    private static async Task<TimeSpan> TryAsync(ConnectionPool pool, string statement, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var lease = await pool.RentAsync(cancellationToken);
        var started = clock.GetTimestamp();
        try
        {
            await StatementLoad.ReadAsync(lease.Connection, statement, cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidOperationException or NotSupportedException or ArgumentException)
        {
            throw new MeasurementException($"The driver cannot execute the statement: {exception.Message}");
        }

        return clock.GetElapsedTime(started);
    }
}
