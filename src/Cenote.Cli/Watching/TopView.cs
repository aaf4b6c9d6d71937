using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cenote.Cli.Watching;

/// <summary>
/// One picture of the received data. Old numbers are marked as old and lose their colours.
/// </summary>
/// <param name="address">The address of the dashboard.</param>
/// <param name="pool">The pool to show in detail; <see langword="null"/> for the overview.</param>
/// <param name="width">The width of the terminal.</param>
/// <param name="height">The height of the terminal.</param>
/// <param name="isLive">Whether further pictures follow.</param>
internal sealed class TopView(Uri address, string? pool, int width, int height, bool isLive = true)
{
    /// <summary>The width of a file or a pipe, whose reader wraps it or searches it line by line.</summary>
    public const int UnwrappedWidth = 1_000;

    private const int HeadingHeight = 2;

    /// <summary>Data comes every second, every two when polling; older data is stale.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(4);

    public static TopView Once(Uri address, string? pool, int width) => new(address, pool, width, int.MaxValue - HeadingHeight, isLive: false);

    /// <param name="sight">The received data.</param>
    /// <param name="age">The age of the data.</param>
    public IRenderable Make(Sight sight, TimeSpan age)
    {
        var isOld = isLive && (sight.State == SightState.Reconnecting || age > Fresh);
        var lines = Body(sight).Select(line => isOld ? $"[grey]{Markup.Remove(line).EscapeMarkup()}[/]" : line).Prepend("").Prepend(Heading(sight, age, isOld));
        return new Rows(lines.Select(static line => line.Length == 0 ? (IRenderable)Text.Empty : new Markup(line) { Overflow = Overflow.Ellipsis }));
    }

    private IEnumerable<string> Body(Sight sight) =>
        pool is null ? OverviewPage.Lines(sight, width, height - HeadingHeight)
        : sight.Pool is { } detail ? PoolPage.Lines(detail, width, height - HeadingHeight)
        : [SafeText.Markup(SafeText.Cut(sight.Problem ?? "The pool does not exist.", width), "red")];

    // The state first: a narrow terminal cuts the address off.
    private string Heading(Sight sight, TimeSpan age, bool isOld)
    {
        var (state, style) = !isLive ? ("", "default")
            : sight.State == SightState.Reconnecting ? ($"reconnecting: {Cause(sight)}", "red bold")
            : isOld ? ("no data", "red bold")
            : sight.State == SightState.Polling ? ("live, by polling", "yellow")
            : ("live", "green");
        var time = sight.Overview.Time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var seen = isOld ? FormattableString.Invariant($"last seen {time}, {age.TotalSeconds:0} s ago") : time;
        var subject = pool is null ? "" : $"{pool} · ";
        var text = $"{(state.Length == 0 ? "" : " · ")}{seen} · {subject}{address}";
        var room = width - "cenote top".Length - 1;
        state = room < 60 ? state.Split(':')[0] : SafeText.Cut(state, room - 34);
        return $"[bold]cenote top[/] {SafeText.Markup(state, style)}[grey]{SafeText.Cut(text, room - SafeText.Cells(state)).EscapeMarkup()}[/]";
    }

    private static string Cause(Sight sight) => sight.Problem ?? "no answer";
}
