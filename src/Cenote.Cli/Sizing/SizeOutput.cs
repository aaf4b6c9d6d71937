using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cenote.Cli.Checking;
using Cenote.Cli.Watching;
using Cenote.Shared;
using Spectre.Console;

namespace Cenote.Cli.Sizing;

/// <summary>The report as a page for people, or as JSON for programs.</summary>
internal static class SizeOutput
{
    private const int FiguresWidth = 67;
    private const int LongestBar = 30;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string ToJson(SizeReport report) => JsonSerializer.Serialize(
        new
        {
            server = report.Server.Name,
            rounds = report.Rounds,
            size = report.Size,
            sizeRange = Numbers(report.SizeRange),
            instances = report.Instances,
            maxSizeOfInstance = report.SizeOfInstance,
            room = report.Server.Room,
            law = report.Law is not { } law ? null : new
            {
                perSecondOfOne = law.First,
                contention = law.Contention,
                contentionRange = Numbers(report.ContentionRange),
                crosstalk = law.Crosstalk,
                crosstalkRange = Numbers(report.CrosstalkRange),
                peak = report.Peak,
            },
            points = report.Points.Select(static point => new
            {
                size = point.Size,
                perSecond = point.PerSecond,
                lowest = point.Lowest,
                highest = point.Highest,
                p50Milliseconds = point.P50.TotalMilliseconds,
                p95Milliseconds = point.P95.TotalMilliseconds,
            }),
            findings = report.Findings,
        },
        Json);

    public static void Print(SizeReport report, IAnsiConsole console)
    {
        var most = report.Points.Max(static point => point.PerSecond);
        var barWidth = Math.Clamp(console.Profile.Width - FiguresWidth, 5, LongestBar);
        console.WriteLine($"{report.Server.Name}, {Figures.Plural(report.Rounds, "round")} of {Figures.Plural(report.Points.Count, "size")}");
        console.WriteLine();
        console.MarkupLine("[bold]connections      per s  lowest to highest     p50 ms     p95 ms[/]");
        foreach (var point in report.Points)
        {
            var extent = $"{Figures.Rate(point.Lowest)} to {Figures.Rate(point.Highest)}";
            var line = FormattableString.Invariant($"{point.Size,11}{Figures.Rate(point.PerSecond),11}  {extent,-18}{Milliseconds(point.P50),10}{Milliseconds(point.P95),11}  ");
            console.MarkupLine($"{line}[green]{new string('█', (int)Math.Round(barWidth * point.PerSecond / most))}[/]");
        }

        console.WriteLine();
        if (report.Law is { } law)
        {
            console.WriteLine(FormattableString.Invariant(
                $"Universal Scalability Law: contention {law.Contention:P1}{Shares(report.ContentionRange, "P1")}, crosstalk {law.Crosstalk:P3}{Shares(report.CrosstalkRange, "P3")}, {Peak(report)}."));
        }

        var range = report.SizeRange is not { } sizes || sizes.Least == sizes.Most ? "" : $" (nine in ten resamples: {sizes.Least} to {sizes.Most})";
        console.MarkupLine($"[bold]{Figures.Plural(report.Size, "connection")}[/] in all {(report.Size == 1 ? "has" : "have")} {SizeReport.Enough.ToString("P0", CultureInfo.InvariantCulture)} of the most throughput{range}.");
        var needed = report.SizeOfInstance * (long)report.Instances;
        console.WriteLine($"MaxSize = {report.SizeOfInstance} for {(report.Instances == 1 ? "1 instance" : $"each of {Figures.Count(report.Instances)} instances")}{(report.Server.Room is { } room ? $", {Figures.Count(needed)} of the {Figures.Count(room)} that the server has for this user" : "")}.");
        console.WriteLine();
        CheckOutput.Print(report.Findings, console);
    }

    // Three digits: the durations are exact to 1 %.
    private static string Milliseconds(TimeSpan duration) =>
        duration.TotalMilliseconds.ToString(duration.TotalMilliseconds switch { < 1 => "0.000", < 10 => "0.00", < 100 => "0.0", _ => "N0" }, CultureInfo.InvariantCulture);

    private static T[]? Numbers<T>((T Least, T Most)? range) => range is { } both ? [both.Least, both.Most] : null;

    private static string Shares((double Least, double Most)? range, string format) =>
        range is { } both ? $" ({both.Least.ToString(format, CultureInfo.InvariantCulture)} to {both.Most.ToString(format, CultureInfo.InvariantCulture)})" : "";

    private static string Peak(SizeReport report) => report.Peak is { } peak
        ? $"most throughput at {Figures.Plural((int)Math.Round(peak), "connection")}"
        : $"no peak up to {Figures.Plural(report.Points[^1].Size, "connection")}";
}
