using System.Globalization;
using System.Text;

namespace Cenote.LoadBench.Peers;

/// <summary>A chart of the pools that were measured on a stub, as SVG: lease, hand-over and fairness.</summary>
internal sealed class PeersChart
{
    private const int Width = 760;
    private const int Names = 130;
    private const int Values = 90;
    private const int Line = 22;

    private readonly StringBuilder _svg = new();
    private int _y = 10;

    internal static void Save(PeerResults results)
    {
        var chart = new PeersChart();
        PeerResult[] stubs = [.. results.All.Where(static result => result.Setting == Pools.Settings.Stub)];
        chart.AddPanel("Lease: nanoseconds for a rent and a return (logarithmic; less is better)", "ns", stubs, static result => result[Measure.LeaseNanoseconds], isLogarithmic: true);
        chart.AddPanel("Hand-over: thousands a second, 64 tasks on 8 connections (more is better)", "k/s", stubs, static result => result[Measure.HandOversPerSecond] / 1_000);
        chart.AddPanel("Fairness: longest wait / mean wait, 64 blocking threads on 8 connections (less is better)", "times", stubs, static result => result[$"{Measure.Blocking}.max"] / result[$"{Measure.Blocking}.mean"]);
        var file = Path.Combine("docs", "images", "peers.svg");
        File.WriteAllText(file, chart.Finish());
        Console.WriteLine($"Saved as {file}");
    }

    private void AddPanel(string title, string unit, PeerResult[] results, Func<PeerResult, double?> read, bool isLogarithmic = false)
    {
        (PeerResult Result, double Value)[] bars = [.. results.Select(result => (result, read(result))).Where(static bar => bar.Item2 is not null).Select(static bar => (bar.result, bar.Item2!.Value))];
        if (bars.Length == 0)
        {
            return;
        }

        var longest = bars.Max(static bar => bar.Value);
        _y += Line;
        Add($"""<text class="title" x="10" y="{_y}">{title}</text>""");
        foreach (var (result, value) in bars)
        {
            var share = isLogarithmic ? Math.Log10(Math.Max(1, value)) / Math.Log10(longest) : value / longest;
            Add($"""<text x="{Names}" y="{_y + 21}" text-anchor="end">{result.Name}</text>""");
            Add($"""<rect class="{(result.IsOurs ? "ours" : "theirs")}" x="{Names + 8}" y="{_y + 9}" width="{Math.Max(1, share * (Width - Names - Values)):0}" height="15" rx="2"/>""");
            Add($"""<text x="{Names + 14 + Math.Max(1, share * (Width - Names - Values)):0}" y="{_y + 21}">{value.ToString(value < 20 ? "N1" : "N0", CultureInfo.InvariantCulture)} {unit}</text>""");
            _y += Line;
        }

        _y += 12;
    }

    private void Add(FormattableString line) => _svg.Append("  ").Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private string Finish() => string.Create(CultureInfo.InvariantCulture, $$"""
        <svg xmlns="http://www.w3.org/2000/svg" width="{{Width}}" height="{{_y + 10}}" viewBox="0 0 {{Width}} {{_y + 10}}" role="img" aria-label="Cenote beside other pools">
          <style>
            text { font: 12px system-ui, sans-serif; fill: #24292f }
            .title { font-weight: 600 }
            .ours { fill: #1f6feb }
            .theirs { fill: #a8b3c1 }
          </style>
          <rect width="100%" height="100%" rx="6" fill="#ffffff"/>

        """) + _svg + "</svg>\n";
}
