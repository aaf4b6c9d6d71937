using System.Data.Common;
using Cenote.Cli.Checking;
using Cenote.Cli.Watching;
using Cenote.Shared;
using Spectre.Console;

namespace Cenote.Cli.Commands;

/// <summary>One check of a database, from the options to the exit code.</summary>
internal static class CheckSession
{
    public static async Task<int> RunAsync(CheckOptions options, TimeProvider clock)
    {
        using var interruption = new Interruption("Ended.");
        try
        {
            var report = await new ServerCheck(options.Questions, clock).RunAsync(options.ConnectionString, options.Timeout, interruption.Asked);
            if (options.Json)
            {
                Console.Out.WriteLine(CheckOutput.ToJson(report));
            }
            else
            {
                var console = AnsiConsole.Console;
                if (Console.IsOutputRedirected)
                {
                    console.Profile.Width = TopView.UnwrappedWidth;
                }

                CheckOutput.Print(report, console);
            }

            return report.HasProblem ? ExitCode.Unhealthy : ExitCode.Success;
        }
        catch (OperationCanceledException) when (interruption.Asked.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (DbException exception)
        {
            Console.Error.WriteLine($"cenote: {SafeText.Clean(exception.Message)}");
            return ExitCode.Unreachable;
        }
    }
}
