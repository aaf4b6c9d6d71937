using System.Globalization;
using Cenote.Cli.Display;
using Cenote.Dashboard.Json;
using Spectre.Console;

namespace Cenote.Cli.Watching;

/// <summary>One pool in lines of markup: numbers, findings with their remedies, who holds its connections, what happened last.</summary>
internal static class PoolPage
{
    private const int LabelWidth = 13;
    private const int MostHolders = 8;
    private const int MostEvents = 100;

    /// <param name="pool">The pool.</param>
    /// <param name="width">Of the terminal.</param>
    /// <param name="height">The most lines; what is left over is for events.</param>
    public static IEnumerable<string> Lines(PoolJson pool, int width, int height)
    {
        List<string> lines = [.. Numbers(pool, width), .. Findings(pool.Verdict, width), .. Holders(pool.Leases, width)];
        lines.AddRange(Events(pool.Events, width, height - lines.Count));
        return lines.Take(height);
    }

    private static IEnumerable<string> Numbers(PoolJson pool, int width)
    {
        var row = pool.Row;
        var counts = OverviewColumn.CountsOf(row);
        var style = HealthLevel.StyleOf(pool.Verdict.Level);
        yield return $"[{style}]{HealthLevel.ShapeOf(pool.Verdict.Level)} {SafeText.Cut(pool.Verdict.Summary, width - 2).EscapeMarkup()}[/]";
        yield return "";
        yield return Label("Connections") + ConnectionBar.Markup(counts, Math.Clamp(width - LabelWidth - 16, 10, 60)) + FormattableString.Invariant($" {counts.Total} of {counts.Limit}");
        yield return Label("") + ConnectionBar.Legend(counts);
        yield return Fact("Waiting", $"{Amounts.Count(row.Counts.Waiting)} now, longest {Amounts.Duration(row.LongestWaitSeconds)} · last minute p50 {Amounts.Duration(row.WaitP50Seconds)}, p99 {Amounts.Duration(row.WaitP99Seconds)}", width);
        yield return Fact("Rates", $"{Figures.Rate(row.RentsPerSecond)} rents/s · {Figures.Rate(row.WaitsPerSecond)} waits/s · errors {Amounts.Percent(row.ErrorRate)} of the last minute", width);
        yield return Fact("State", $"{Amounts.Words(row.State)} · breaker {Amounts.Words(row.Circuit)} · {Figures.Count(row.Timeouts)} timeouts · {Figures.Count(row.OpenFailures)} failed opens · {Figures.Count(row.LeaksSuspected)} suspected leaks", width);
        if (pool.LastOpenFailure is { } failure)
        {
            yield return Fact("Last failure", $"{Clock(failure.Time)} {failure.Kind}: {failure.Message}", width);
        }
    }

    private static IEnumerable<string> Findings(VerdictJson verdict, int width)
    {
        foreach (var finding in verdict.Findings)
        {
            yield return "";
            yield return $"[{HealthLevel.StyleOf(finding.Level)}]{HealthLevel.ShapeOf(finding.Level)} {SafeText.Cut($"{Amounts.Words(finding.Kind)}: {finding.Summary}", width - 2).EscapeMarkup()}[/]";
            foreach (var line in Wrapped(finding.Evidence, width).Concat(Wrapped("→ " + finding.Remedy, width)))
            {
                yield return line;
            }
        }
    }

    private static IEnumerable<string> Holders(IReadOnlyList<LeaseJson> leases, int width)
    {
        var holders = leases.GroupBy(static lease => lease.Site, StringComparer.Ordinal).OrderByDescending(static group => group.Count()).ThenByDescending(static group => group.Max(static lease => lease.HeldSeconds)).ToArray();
        yield return "";
        yield return $"[bold]Held by[/]{(holders.Length == 0 ? " [grey]nobody[/]" : "")}";
        foreach (var holder in holders.Take(MostHolders))
        {
            var suspected = holder.Any(static lease => lease.IsSuspected);
            var text = FormattableString.Invariant($"  {holder.Count(),4} × {holder.Key} · longest {Amounts.Duration(holder.Max(static lease => lease.HeldSeconds))}{(suspected ? " · leak suspected" : "")}");
            yield return SafeText.Markup(SafeText.Cut(text, width), suspected ? "yellow" : "default");
        }

        if (holders.Length > MostHolders)
        {
            yield return FormattableString.Invariant($"[grey]       and {holders.Length - MostHolders} more lines of code[/]");
        }
    }

    private static IEnumerable<string> Events(IReadOnlyList<EventJson> events, int width, int height) => height < 3
        ? []
        : events.Take(Math.Min(height - 2, MostEvents))
            .Select(happened => SafeText.Markup(SafeText.Cut($"  {Clock(happened.Time)}  {happened.Message}{(happened.Actor is null ? "" : $" (by {happened.Actor})")}", width), StyleOf(happened)))
            .Prepend($"[bold]Last events[/]{(events.Count == 0 ? " [grey]none[/]" : "")}")
            .Prepend("");

    private static string StyleOf(EventJson happened) => happened.Level switch
    {
        "Error" or "error" => "red",
        "Warning" or "warning" => "yellow",
        _ => "default",
    };

    private static IEnumerable<string> Wrapped(string text, int width)
    {
        var line = "";
        foreach (var word in SafeText.Clean(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && SafeText.Cells(line) + SafeText.Cells(word) + 3 > width)
            {
                yield return "  " + line.EscapeMarkup();
                line = "";
            }

            line += line.Length == 0 ? SafeText.Cut(word, width - 2) : " " + word;
        }

        yield return "  " + line.EscapeMarkup();
    }

    private static string Label(string label) => $"[bold]{label.PadRight(LabelWidth)}[/]";

    private static string Fact(string label, string text, int width) => Label(label) + SafeText.Cut(text, width - LabelWidth).EscapeMarkup();

    private static string Clock(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
