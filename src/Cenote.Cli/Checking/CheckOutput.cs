using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cenote.Cli.Watching;
using Spectre.Console;

namespace Cenote.Cli.Checking;

/// <summary>The report as a page for people, or as JSON for programs.</summary>
internal static class CheckOutput
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string ToJson(CheckReport report) =>
        JsonSerializer.Serialize(new { ok = !report.HasProblem, rows = report.Rows, findings = report.Findings }, Json);

    public static void Print(CheckReport report, IAnsiConsole console)
    {
        var width = report.Rows.Max(static row => SafeText.Cells(row.Name));
        string? section = null;
        foreach (var row in report.Rows)
        {
            console.MarkupLine($"{SafeText.Markup((row.Section == section ? "" : row.Section).PadRight(10), "bold")}{SafeText.Fit(row.Name, width).EscapeMarkup()}  {Style(row)}");
            section = row.Section;
        }

        console.WriteLine();
        Print(report.Findings, console);
    }

    /// <summary>Prints findings, the worst first.</summary>
    public static void Print(IEnumerable<CheckFinding> findings, IAnsiConsole console)
    {
        foreach (var finding in findings.OrderByDescending(static finding => finding.Level))
        {
            var (word, style) = finding.Level switch { CheckLevel.Problem => ("problem", "red bold"), CheckLevel.Warning => ("warning", "yellow"), _ => ("note", "grey") };
            var lines = SafeText.Wrap(finding.Text, Math.Max(20, console.Profile.Width - 10)).ToList();
            console.MarkupLine($"{SafeText.Markup(word, style)}{new string(' ', 10 - word.Length)}{string.Join("\n" + new string(' ', 10), lines).EscapeMarkup()}");
        }
    }

    private static string Style(CheckRow row) => row switch
    {
        { Section: "reset", Value: "cleared" } => "[green]cleared[/]",
        { Section: "reset", Value: "left behind" } => "[red bold]left behind[/]",
        _ => row.Value.EscapeMarkup(),
    };
}
