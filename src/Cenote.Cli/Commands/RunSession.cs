using Cenote.Cli.Display;
using Cenote.Cli.Reporting;
using Cenote.Cli.Serving;
using Cenote.Cli.Shop;
using Spectre.Console;

namespace Cenote.Cli.Commands;

/// <summary>One run from the options to the exit code.</summary>
internal static class RunSession
{
    /// <summary>A file or a pipe has no width: whoever reads it wraps it, or searches it line by line.</summary>
    private const int UnwrappedWidth = 1_000;

    public static async Task<int> RunAsync(RunOptions options, TimeProvider clock)
    {
        using var interruption = new Interruption("Ended by a second interrupt: nothing was checked.");
        try
        {
            RunResult result;
            using (var database = options.CreateDatabase())
            {
                interruption.BeforeKill = database.Dispose;
                result = await new ShopRun(options, database, ChooseDisplay(clock), Console.Out, clock).RunAsync(interruption.Asked);
            }

            return await ReportAsync(result);
        }
        catch (OperationCanceledException) when (interruption.Asked.IsCancellationRequested)
        {
            return Fail(ExitCode.Killed, "Interrupted before the clients began: there is nothing to check.");
        }
        catch (ShopRefusedException exception)
        {
            return Fail(ExitCode.BadArguments, exception.Message);
        }
        catch (PoolOptionsException exception)
        {
            return Fail(ExitCode.BadArguments, exception.Message);
        }
        catch (DashboardPortException exception)
        {
            return Fail(ExitCode.BadArguments, exception.Message);
        }
        catch (DatabaseUnreachableException exception)
        {
            return Fail(ExitCode.DatabaseUnreachable, exception.Message);
        }
    }

    private static async Task<int> ReportAsync(RunResult result)
    {
        var console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = UnwrappedWidth;
        }

        new ReportPage(console).Write(result);
        if (result.Options.JsonFile is { } file)
        {
            try
            {
                await JsonReportFile.WriteAsync(file, JsonReportMaker.Make(result));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return Fail(ExitCode.CheckFailed, $"The report could not be written to {file}: {exception.Message}");
            }
        }

        return result.Holds ? ExitCode.Success : result.Unreachable ? ExitCode.DatabaseUnreachable : ExitCode.CheckFailed;
    }

    private static IRunDisplay ChooseDisplay(TimeProvider clock)
    {
        var console = AnsiConsole.Console;
        return !Console.IsOutputRedirected && console.Profile.Capabilities is { Ansi: true, Interactive: true }
            ? new TerminalDisplay(console, clock)
            : new PlainDisplay(Console.Out, clock);
    }

    private static int Fail(int exitCode, string message)
    {
        Console.Error.WriteLine("cenote: " + message);
        return exitCode;
    }
}
