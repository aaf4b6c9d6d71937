using System.Text.Json;

namespace Cenote.Cli.Reporting;

internal static class JsonReportFile
{
    /// <summary>Writes the report whole or not at all: a reader never finds half of it.</summary>
    public static async Task WriteAsync(string file, JsonReport report)
    {
        var half = file + ".half";
        await using (var stream = File.Create(half))
        {
            await JsonSerializer.SerializeAsync(stream, report, ReportJsonContext.Default.JsonReport);
        }

        File.Move(half, file, overwrite: true);
    }
}
