using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cenote.Cli.Checking;
using Cenote.Shared;
using Spectre.Console;

namespace Cenote.Cli.Comparing;

/// <summary>The report as a page for people, or as JSON for programs.</summary>
internal static class CompareOutput
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string ToJson(CompareReport report) => JsonSerializer.Serialize(
        new
        {
            server = report.Server.Name,
            cenote = report.Version,
            driver = new { name = report.Driver.Name, version = report.Driver.Version },
            connections = report.Connections,
            pairs = report.Pairs,
            clients = report.Rows.Select(static row => new
            {
                clients = row.Clients,
                measures = row.Measures.Select(static measure => new
                {
                    name = measure.Name,
                    unit = measure.IsTime ? "s" : "1/s",
                    cenote = measure.Ours,
                    driver = measure.Driver,
                    ratio = measure.Ratio,
                    ratioInterval = new[] { measure.Least, measure.Most },
                    outcome = measure.Outcome,
                }),
            }),
            summary = report.Summary,
            findings = report.Findings,
        },
        Json);

    public static void Print(CompareReport report, IAnsiConsole console)
    {
        console.WriteLine($"{report.Server.Name}; Cenote {report.Version} and {report.Driver.Name} {report.Driver.Version}, {Figures.Plural(report.Connections, "connection")} each; {report.Pairs} pairs of turns");
        console.WriteLine();
        console.MarkupLine($"[bold]clients              {"Cenote",10} {report.Driver.Name.EscapeMarkup(),14}  ratio (99 %)[/]");
        foreach (var (clients, measures) in report.Rows)
        {
            for (var index = 0; index < measures.Count; index++)
            {
                Print(index == 0 ? clients.ToString(CultureInfo.InvariantCulture) : "", measures[index], console);
            }
        }

        console.WriteLine();
        console.WriteLine(report.Summary);
        console.WriteLine();
        CheckOutput.Print(report.Findings, console);
    }

    private static void Print(string clients, Measure measure, IAnsiConsole console)
    {
        var ratio = $"{Ratio(measure.Ratio)} ({Ratio(measure.Least)} to {Ratio(measure.Most)})";
        var outcome = measure.Outcome switch
        {
            Outcome.Better => $"[green]{(measure.IsTime ? "shorter" : "more")}[/]",
            Outcome.Worse => $"[red]{(measure.IsTime ? "longer" : "less")}[/]",
            _ => "[grey]within noise[/]",
        };
        console.MarkupLine($"{clients,7}  {measure.Name,-11} {Amount(measure.Ours, measure),11} {Amount(measure.Driver, measure),14}  {ratio,-23} {outcome}");
    }

    private static string Ratio(double value) => value.ToString(value < 0.1 ? "0.000" : "0.00", CultureInfo.InvariantCulture);

    private static string Amount(double value, Measure measure) =>
        !measure.IsTime ? $"{Figures.Rate(value)}/s"
        : value < 10e-6 ? FormattableString.Invariant($"{value * 1e6:0.0} µs")
        : Figures.Duration(TimeSpan.FromSeconds(value));
}
