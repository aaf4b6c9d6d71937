using System.Diagnostics;

namespace Cenote.TelemetryTests.Documentation;

/// <summary>Prometheus's own checker, which ./test installs.</summary>
internal static class Promtool
{
    /// <summary>What it says, given that it finds nothing wrong.</summary>
    internal static async Task<string> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("promtool", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().Soon();
        Assert.True(process.ExitCode == 0, $"promtool {string.Join(' ', arguments)}: {await output}{await errors}");
        return await output;
    }
}
