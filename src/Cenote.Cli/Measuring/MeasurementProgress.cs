using Spectre.Console;

namespace Cenote.Cli.Measuring;

/// <summary>A progress bar on standard error, because the report goes to standard output.</summary>
internal static class MeasurementProgress
{
    /// <param name="work">Gets what to call with the present step and the share of all that is done.</param>
    public static async Task<T> RunAsync<T>(Func<Action<string, double>, Task<T>> work)
    {
        if (Console.IsErrorRedirected)
        {
            return await work(static (_, _) => { });
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(enabled: true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new RemainingTimeColumn()).StartAsync(context =>
        {
            var task = context.AddTask("measuring", maxValue: 1);
            return work((step, done) => (task.Description, task.Value) = (step.EscapeMarkup(), done));
        });
    }
}
