using Cenote.Shared;
using Cenote.Shop.Arguments;
using Cenote.Shop.Database;
using Cenote.Shop.Display;
using Cenote.Shop.Instances;
using Cenote.Shop.Reporting;
using Cenote.Shop.Serving;
using Spectre.Console;

namespace Cenote.Shop.Running;

/// <summary>One run from the options to the exit code.</summary>
internal static class RunSession
{
    /// <summary>The name that messages on standard error begin with.</summary>
    public const string Program = "run";

    /// <summary>A file or a pipe has no width: its reader wraps it, or searches it line by line.</summary>
    private const int UnwrappedWidth = 1_000;

    public static async Task<int> RunAsync(RunOptions options, TimeProvider clock)
    {
        var words = options.Json is { IsStandardOutput: true } ? Console.Error : Console.Out;
        var isFile = options.Json is { IsStandardOutput: true } ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(words) });
        if (isFile)
        {
            console.Profile.Width = UnwrappedWidth;
        }

        using var interruption = new Interruption("Ended by a second interrupt. Nothing was checked.");
        try
        {
            if (options.Instances is not null)
            {
                return await InstancesRun.RunAsync(options, words, clock);
            }

            RunResult result;
            using (var database = options.CreateDatabase())
            {
                interruption.BeforeKill = database.Dispose;
                result = await new ShopRun(options, database, ChooseDisplay(console, words, isFile, clock), words, clock).RunAsync(interruption.Asked);
            }

            return await ReportAsync(result, console);
        }
        catch (OperationCanceledException) when (interruption.Asked.IsCancellationRequested)
        {
            return Fail(ExitCode.Interrupted, "Interrupted before the clients began. Nothing was checked.");
        }
        catch (Exception exception) when (exception is ShopRefusedException or PoolOptionsException or DashboardPortException)
        {
            return Fail(ExitCode.BadArguments, exception.Message);
        }
        catch (DatabaseUnreachableException exception)
        {
            return Fail(ExitCode.DatabaseUnreachable, exception.Message);
        }
    }

    private static async Task<int> ReportAsync(RunResult result, IAnsiConsole console)
    {
        new ReportPage(console).Write(result);
        if (result.Options.Json is { } target)
        {
            try
            {
                await target.WriteAsync(JsonReportBytes.Of(JsonReportMaker.Make(result)));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return Fail(ExitCode.CheckFailed, $"The report could not be written to {target}: {exception.Message}");
            }
        }

        return result.Holds ? ExitCode.Success : result.Unreachable ? ExitCode.DatabaseUnreachable : ExitCode.CheckFailed;
    }

    private static IRunDisplay ChooseDisplay(IAnsiConsole console, TextWriter words, bool isFile, TimeProvider clock) =>
        !isFile && console.Profile.Capabilities is { Ansi: true, Interactive: true }
            ? new TerminalDisplay(console, clock)
            : new PlainDisplay(words, clock);

    private static int Fail(int exitCode, string message)
    {
        Console.Error.WriteLine($"{Program}: {message}");
        return exitCode;
    }
}
