using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WebApi;

/// <summary>Health with its reasons and numbers. It names lines of code: for eyes inside only.</summary>
public static class HealthJson
{
    public static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = report.Status.ToString(),
        checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new { status = entry.Value.Status.ToString(), entry.Value.Description, entry.Value.Data },
            StringComparer.Ordinal),
    });
}
