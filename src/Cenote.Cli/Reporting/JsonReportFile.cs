using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cenote.Cli.Reporting;

internal static class JsonReportFile
{
    // The report goes into a file, never into a page: an apostrophe may stay one.
    private static readonly ReportJsonContext Json =
        new(new JsonSerializerOptions(ReportJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes the report whole or not at all: a reader never finds half of it.</summary>
    public static async Task WriteAsync(string file, JsonReport report)
    {
        var half = file + ".half";
        await using (var stream = File.Create(half))
        {
            await JsonSerializer.SerializeAsync(stream, report, Json.JsonReport);
        }

        File.Move(half, file, overwrite: true);
    }
}
