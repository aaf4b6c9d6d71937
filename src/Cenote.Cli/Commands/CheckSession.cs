using Cenote.Cli.Checking;

namespace Cenote.Cli.Commands;

/// <summary>One check of a database, from the options to the exit code.</summary>
internal static class CheckSession
{
    public static Task<int> RunAsync(CheckOptions options, TimeProvider clock) => DatabaseSession.RunAsync(async (console, cancellationToken) =>
    {
        var report = await new ServerCheck(options.Questions, clock).RunAsync(options.ConnectionString, options.Timeout, cancellationToken);
        if (options.Json)
        {
            Console.Out.WriteLine(CheckOutput.ToJson(report));
        }
        else
        {
            CheckOutput.Print(report, console);
        }

        return report.HasProblem ? ExitCode.Unhealthy : ExitCode.Success;
    });
}
