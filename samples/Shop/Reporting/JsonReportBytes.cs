using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cenote.Shop.Reporting;

internal static class JsonReportBytes
{
    // The report goes into a file, never into a page: an apostrophe may stay one.
    private static readonly ReportJsonContext Json =
        new(new JsonSerializerOptions(ReportJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The whole report, with a line break at its end.</summary>
    public static byte[] Of(JsonReport report) => [.. JsonSerializer.SerializeToUtf8Bytes(report, Json.JsonReport), (byte)'\n'];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(JsonReport))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;
