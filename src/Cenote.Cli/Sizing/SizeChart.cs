using System.Globalization;
using System.Text;

namespace Cenote.Cli.Sizing;

/// <summary>
/// The curve as a picture: throughput by the number of connections, each size with its slowest and fastest round.
/// </summary>
internal static class SizeChart
{
    private const int Width = 720;
    private const int Height = 400;
    private const int Left = 80;
    private const int Right = 20;
    private const int Top = 40;
    private const int Bottom = 50;
    private const int Steps = 120;

    public static string ToSvg(SizeReport report)
    {
        var largest = report.Points[^1].Size;
        var most = report.Points.Max(static point => point.Highest);
        var svg = new StringBuilder();
        Add(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#333\">");
        Add(svg, $"<title>Throughput by the number of connections</title><rect width=\"{Width}\" height=\"{Height}\" fill=\"#fff\"/>");
        var step = RoundStep(most);
        for (var rate = 0.0; rate <= most; rate += step)
        {
            Add(svg, $"<path d=\"M{Left} {Y(rate):F1}H{Width - Right}\" stroke=\"#ddd\"/><text x=\"{Left - 8}\" y=\"{Y(rate) + 4:F1}\" text-anchor=\"end\">{rate:#,0.##}</text>");
        }

        Add(svg, $"<path d=\"M{X(report.Size):F1} {Top}V{Height - Bottom}\" stroke=\"#2a7\" stroke-dasharray=\"4 4\"/>");
        Add(svg, $"<text x=\"{Left}\" y=\"22\">statements a second; {report.Size} {(report.Size == 1 ? "connection has" : "connections have")} {SizeReport.Enough:P0} of the most</text>");
        if (report.Law is { } law)
        {
            var path = string.Join('L', Enumerable.Range(0, Steps + 1).Select(part => 1 + ((largest - 1) * (double)part / Steps))
                .Select(size => string.Create(CultureInfo.InvariantCulture, $"{X(size):F1} {Y(Math.Min(most, law.At(size))):F1}")));
            Add(svg, $"<path d=\"M{path}\" fill=\"none\" stroke=\"#27c\" stroke-width=\"2\"/>");
        }

        foreach (var point in report.Points)
        {
            Add(svg, $"<path d=\"M{X(point.Size):F1} {Y(point.Lowest):F1}V{Y(point.Highest):F1}\" stroke=\"#555\"/><circle cx=\"{X(point.Size):F1}\" cy=\"{Y(point.PerSecond):F1}\" r=\"4\" fill=\"#27c\"/>");
            if (point.Size is 1 || point.Size * 12 >= largest)
            {
                Add(svg, $"<text x=\"{X(point.Size):F1}\" y=\"{Height - Bottom + 20}\" text-anchor=\"middle\">{point.Size}</text>");
            }
        }

        Add(svg, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">connections</text></svg>");
        return svg.ToString();

        double X(double size) => Left + ((Width - Left - Right) * (largest == 1 ? 0.5 : (size - 1) / (largest - 1)));

        double Y(double rate) => Height - Bottom - ((Height - Top - Bottom) * rate / most);
    }

    /// <summary>Returns a round distance of 3 to 7 lines.</summary>
    private static double RoundStep(double most)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(most)));
        return power * (most / power) switch { < 1.5 => 0.25, < 3 => 0.5, < 7 => 1, _ => 2 };
    }

    private static void Add(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
