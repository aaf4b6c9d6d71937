using System.Globalization;
using Cenote.Dashboard.Json;
using Cenote.Shared;
using Spectre.Console;

namespace Cenote.Cli.Watching;

/// <summary>
/// One pool in lines of markup: numbers, findings with recommendations, the holders of its connections, the last
/// events.
/// </summary>
internal static class PoolPage
{
    private const int LabelWidth = 13;
    private const int MaxHolders = 8;
    private const int HolderIndent = 9;
    private const int EventIndent = 12;
    private const int MaxEvents = 100;

    /// <param name="pool">The pool.</param>
    /// <param name="width">The width of the terminal.</param>
    /// <param name="height">The maximum number of lines; events get the rest.</param>
    public static IEnumerable<string> Lines(PoolJson pool, int width, int height)
    {
        List<string> lines = [.. Numbers(pool, width), .. Findings(pool.Diagnosis, width), .. Holders(pool.Leases, width)];
        lines.AddRange(Events(pool.Events, width, height - lines.Count));
        return lines.Take(height);
    }

    private static IEnumerable<string> Numbers(PoolJson pool, int width)
    {
        var row = pool.Row;
        var counts = OverviewColumn.CountsOf(row);
        foreach (var line in Headline(pool.Diagnosis.Level, pool.Diagnosis.Summary, width))
        {
            yield return line;
        }

        yield return "";
        if (!string.IsNullOrEmpty(row.Address))
        {
            foreach (var line in Fact("Database", row.Address, width))
            {
                yield return line;
            }
        }

        yield return Label("Connections") + ConnectionBar.Markup(counts, Math.Clamp(width - LabelWidth - 16, 10, 60)) + FormattableString.Invariant($" {counts.Total} of {counts.Limit}");
        yield return Label("") + ConnectionBar.Legend(counts);
        foreach (var line in Facts(pool, width))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> Facts(PoolJson pool, int width)
    {
        var row = pool.Row;
        IEnumerable<string> lines = [
            .. Fact("Waiting", $"{Amounts.Count(row.Counts.Waiting)} now, longest {Amounts.Duration(row.LongestWaitSeconds)} · last minute p50 {Amounts.Duration(row.WaitP50Seconds)}, p99 {Amounts.Duration(row.WaitP99Seconds)}", width),
            .. Fact("Rates", $"{Figures.Rate(row.RentsPerSecond)} rents/s · {Figures.Rate(row.WaitsPerSecond)} waits/s · errors {Amounts.Percent(row.ErrorRate)} of the last minute", width),
            .. Fact("State", $"{Amounts.Words(row.State)} · circuit {Amounts.Words(row.Circuit)} · {Figures.Count(row.Timeouts)} timeouts · {Figures.Count(row.OpenFailures)} failed opens · {Figures.Count(row.LeaksSuspected)} suspected leaks", width),
        ];
        lines = lines.Concat((pool.Lanes ?? []).SelectMany(lane => Fact("Lane", $"{lane.Name}: {Figures.Count(lane.InUse)}{(lane.MaxSize is { } max ? $" of {Figures.Count(max)}" : "")} in use · {Figures.Count(lane.Waiting)} waiting, longest {Amounts.Duration(lane.LongestWaitSeconds)} · p99 {Amounts.Duration(lane.WaitP99Seconds)} · {Figures.Count(lane.OverloadRejections)} rejected", width)));
        return pool.LastOpenFailure is { } failure
            ? lines.Concat(Fact("Last failure", $"{Clock(failure.Time)} {failure.Kind}: {failure.Message}", width))
            : lines;
    }

    private static IEnumerable<string> Findings(DiagnosisJson diagnosis, int width)
    {
        foreach (var finding in diagnosis.Findings)
        {
            yield return "";
            foreach (var line in Headline(finding.Level, $"{Amounts.Words(finding.Kind)}: {finding.Summary}", width))
            {
                yield return line;
            }

            foreach (var line in Wrapped(finding.Evidence, width).Concat(Wrapped("→ " + finding.Recommendation, width)))
            {
                yield return line;
            }
        }
    }

    private static IEnumerable<string> Holders(IReadOnlyList<LeaseJson> leases, int width)
    {
        var holders = leases.GroupBy(static lease => lease.Site, StringComparer.Ordinal).OrderByDescending(static group => group.Count()).ThenByDescending(static group => group.Max(static lease => lease.HeldSeconds)).ToArray();
        yield return "";
        yield return $"[bold]Held by[/]{(holders.Length == 0 ? " [grey]none[/]" : "")}";
        foreach (var holder in holders.Take(MaxHolders))
        {
            var suspected = holder.Any(static lease => lease.IsSuspectedLeak);
            var session = holder.OrderByDescending(static lease => lease.HeldSeconds).FirstOrDefault(static lease => lease.Session is not null)?.Session;
            var text = FormattableString.Invariant($"{Count(holder)} × {holder.Key} · longest {Amounts.Duration(holder.Max(static lease => lease.HeldSeconds))}{(suspected ? " · leak suspected" : "")}{(session is null ? "" : $" · at the server: {session}")}");
            foreach (var line in SafeText.Wrap(text, width - HolderIndent).Select((part, index) => new string(' ', index == 0 ? 2 : HolderIndent) + part.Replace('\u00a0', ' ')))
            {
                yield return SafeText.Markup(line, suspected ? "yellow" : "default");
            }
        }

        if (holders.Length > MaxHolders)
        {
            yield return FormattableString.Invariant($"[grey]       and {holders.Length - MaxHolders} more lines of code[/]");
        }
    }

    private static IEnumerable<string> Events(IReadOnlyList<EventJson> events, int width, int height) => height < 3
        ? []
        : events.Take(MaxEvents)
            .SelectMany(happened => SafeText.Wrap($"{happened.Message}{(happened.Actor is null ? "" : $" (by {happened.Actor})")}", width - EventIndent)
                .Select((line, index) => SafeText.Markup((index == 0 ? $"  {Clock(happened.Time)}  " : new string(' ', EventIndent)) + line, StyleOf(happened))))
            .Take(height - 2)
            .Prepend($"[bold]Last events[/]{(events.Count == 0 ? " [grey]none[/]" : "")}")
            .Prepend("");

    private static string StyleOf(EventJson happened) => happened.Level switch
    {
        "Error" or "error" => "red",
        "Warning" or "warning" => "yellow",
        _ => "default",
    };

    // Padded with spaces that do not end a word.
    private static string Count(IGrouping<string, LeaseJson> holder) => holder.Count().ToString(CultureInfo.InvariantCulture).PadLeft(4, '\u00a0');

    private static IEnumerable<string> Headline(string level, string text, int width) => SafeText.Wrap(text, width - 2)
        .Select((line, index) => $"[{HealthLevel.StyleOf(level)}]{(index == 0 ? HealthLevel.ShapeOf(level) : " ")} {line.EscapeMarkup()}[/]");

    private static IEnumerable<string> Wrapped(string text, int width) => SafeText.Wrap(text, width - 2).Select(static line => "  " + line.EscapeMarkup());

    private static string Label(string label) => $"[bold]{label.PadRight(LabelWidth)}[/]";

    private static IEnumerable<string> Fact(string label, string text, int width) =>
        SafeText.Wrap(text, width - LabelWidth).Select((line, index) => Label(index == 0 ? label : "") + line.EscapeMarkup());

    private static string Clock(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
