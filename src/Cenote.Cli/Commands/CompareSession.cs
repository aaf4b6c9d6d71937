using System.Data.Common;
using Cenote.Cli.Checking;
using Cenote.Cli.Comparing;
using Cenote.Cli.Measuring;
using Cenote.Shared;

namespace Cenote.Cli.Commands;

/// <summary>One comparison, from the options to the exit code.</summary>
internal static class CompareSession
{
    // A wait is a result, not a failure. What cannot be reached has failed before.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    public static Task<int> RunAsync(CompareOptions options, TimeProvider clock) => DatabaseSession.RunAsync(async (console, cancellationToken) =>
    {
        var report = await MeasureAsync(options, clock, cancellationToken);
        if (options.Json)
        {
            Console.Out.WriteLine(CompareOutput.ToJson(report));
        }
        else
        {
            CompareOutput.Print(report, console);
        }

        return ExitCode.Success;
    });

    private static async Task<CompareReport> MeasureAsync(CompareOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var server = await MeasuredServer.AskAsync(options, clock, cancellationToken);
        CheckRoom(options, server);
        var (connectionString, statement) = options.Measured;
        await using var ours = new ConnectionPool(options.Questions.NewProvider(connectionString), new ConnectionPoolOptions
        {
            MinSize = 0,
            MaxSize = options.Connections,
            AcquireTimeout = LongestWait,
            ConnectTimeout = options.Timeout,
        });
        await using var driver = options.Questions.NewDriverPool(connectionString, options.Connections, LongestWait)!;
        var isProven = true;
        foreach (var (pool, name) in ((DbDataSource, string)[])[(ours, "Cenote"), (driver, "the driver")])
        {
            isProven &= await ProveResetAsync(pool, name, options.Questions, cancellationToken);
            await options.CheckReadOnlyAsync(pool, name, cancellationToken);
        }

        var comparison = new Comparison(ours, driver, new StatementLoad(statement, clock, options.Questions.IsInProcess), clock);
        var pairs = await options.GuardAsync(() => MeasurementProgress.RunAsync(
            progress => comparison.RunAsync(options.Clients, options.Connections, options.Duration, progress, cancellationToken)));
        var assembly = driver.GetType().Assembly;
        return new CompareReport(server, (assembly.GetName().Name!, CompareReport.VersionOf(assembly)), options.Connections, pairs, isProven);
    }

    private static void CheckRoom(CompareOptions options, MeasuredServer server)
    {
        if (server.Free is { } free && 2 * options.Connections > free)
        {
            throw new MeasurementException(FormattableString.Invariant(
                $"Two pools of {options.Connections} need {2 * options.Connections} connections, and the server has {Math.Max(0, free)} left for this user. Give a smaller --connections."));
        }

        var least = server.Execution * options.Clients.Sum(clients => Math.Max(1, (double)clients / options.Connections)) * 2 * Comparison.Pairs;
        if (least > options.Duration)
        {
            throw new MeasurementException(FormattableString.Invariant(
                $"The statement takes {Figures.Duration(server.Execution)}: {2 * Comparison.Pairs} turns for each number of clients need at least {least.TotalSeconds:0} s. Give more --seconds, fewer --clients, or a shorter statement."));
        }
    }

    /// <returns>Whether the pool was seen to clear a session. Behind a proxy nothing is tried.</returns>
    private static async Task<bool> ProveResetAsync(DbDataSource pool, string name, ServerQuestions questions, CancellationToken cancellationToken)
    {
        if (questions.IsProxied)
        {
            return false;
        }

        var fate = await LeftoverTrial.RunAsync(pool, questions.Leftovers[0], questions.SessionQuery, cancellationToken);
        return fate == LeftoverFate.LeftBehind
            ? throw new MeasurementException($"The pool of {name} leaves a session as it is, so the two do not do the same work.")
            : fate == LeftoverFate.Cleared;
    }
}
