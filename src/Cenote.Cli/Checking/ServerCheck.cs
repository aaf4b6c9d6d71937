using System.Data.Common;
using System.Globalization;

namespace Cenote.Cli.Checking;

/// <summary>
/// Checks a database for a pool: reaches it, asks it, measures it, and tries what a reset clears. A pool of one
/// connection does the work, so that what is seen is what an application's pool would see.
/// </summary>
internal sealed class ServerCheck(ServerQuestions questions, TimeProvider clock)
{
    internal const int Connects = 5;
    internal const int RoundTrips = 50;

    private static readonly TimeSpan FarAway = TimeSpan.FromMilliseconds(5);

    /// <summary>Returns a pool. Nothing is opened yet.</summary>
    /// <exception cref="ArgumentException">The connection string is invalid.</exception>
    /// <exception cref="PoolOptionsException">A pool cannot have these settings.</exception>
    public static ConnectionPool NewPool(ServerQuestions questions, string connectionString, TimeSpan timeout, int size = 1) =>
        new(questions.NewProvider(connectionString), new ConnectionPoolOptions
        {
            MinSize = 0,
            MaxSize = size,
            AcquireTimeout = timeout,
            ConnectTimeout = timeout,

            // Nothing is tried again: the first failure is the answer.
            MaxOpenRetries = 0,
            CircuitBreaker = null,
            ServerDiagnosis = false,
        });

    /// <exception cref="ArgumentException">The connection string is invalid.</exception>
    /// <exception cref="PoolException">The database was not reached.</exception>
    /// <exception cref="DbException">It refused a question.</exception>
    public async Task<CheckReport> RunAsync(string connectionString, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await using var pool = NewPool(questions, connectionString, timeout);
        var report = new CheckReport();
        await using (var lease = await pool.RentAsync(cancellationToken))
        {
            await questions.AskAsync(lease.Connection, report, cancellationToken);
        }

        await MeasureAsync(pool, report, cancellationToken);
        foreach (var leftover in questions.Leftovers)
        {
            report.Add("reset", leftover.Name, questions.IsProxied ? "not tried: a proxy is in between, whose sessions are also those of others" : await TryAsync(pool, leftover, report, cancellationToken));
        }

        return report;
    }

    private async Task MeasureAsync(ConnectionPool pool, CheckReport report, CancellationToken cancellationToken)
    {
        report.Add("latency", "connect", await MeasureConnectsAsync(pool, cancellationToken));
        var trips = new List<TimeSpan>();
        await using var lease = await pool.RentAsync(cancellationToken);
        await using var command = lease.Connection.CreateCommand();
        command.CommandText = "SELECT 1";
        for (var count = 0; count < RoundTrips; count++)
        {
            var started = clock.GetTimestamp();
            await command.ExecuteScalarAsync(cancellationToken);
            trips.Add(clock.GetElapsedTime(started));
        }

        report.Add("latency", "round trip", Describe(trips));
        if (Median(trips) >= FarAway)
        {
            report.Find(
                CheckLevel.Warning,
                FormattableString.Invariant($"A round trip takes {Milliseconds(Median(trips))}: the database is far away. Each statement of a request waits that long, and holds its connection."));
        }
    }

    private async Task<string> MeasureConnectsAsync(ConnectionPool pool, CancellationToken cancellationToken)
    {
        var connects = new List<TimeSpan>();
        try
        {
            for (var count = 0; count < Connects; count++)
            {
                var started = clock.GetTimestamp();
                await using var dedicated = await pool.OpenDedicatedConnectionAsync(cancellationToken);
                connects.Add(clock.GetElapsedTime(started));
            }
        }
        catch (DbException)
        {
            // The pool's connection is there: the server refused a second one.
            return "not measured: a second connection was refused";
        }

        return Describe(connects);
    }

    private async Task<string> TryAsync(ConnectionPool pool, Leftover leftover, CheckReport report, CancellationToken cancellationToken)
    {
        switch (await LeftoverTrial.RunAsync(pool, leftover, questions.SessionQuery, cancellationToken))
        {
            case LeftoverFate.Cleared:
                return "cleared";
            case LeftoverFate.NotAllowed:
                return "not tried: the user or the server does not allow it";
            case LeftoverFate.SessionClosed:
                return "not tried: the session was closed";
            default:
                report.Find(CheckLevel.Problem, $"A reset leaves behind: {leftover.Name}. The next holder of the connection gets it.");
                return "left behind";
        }
    }

    private static TimeSpan Median(List<TimeSpan> times)
    {
        times.Sort();
        return times[times.Count / 2];
    }

    private static string Describe(List<TimeSpan> times) =>
        FormattableString.Invariant($"{Milliseconds(Median(times))} (median of {times.Count}; slowest {Milliseconds(times[^1])})");

    private static string Milliseconds(TimeSpan time) => FormattableString.Invariant($"{time.TotalMilliseconds:0.00#} ms");
}
