using System.Diagnostics;

namespace Cenote.ReadReplicasTests.Documentation;

/// <summary>The sample as its users run it: a process of its own, with nothing installed.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cenote-replicas-");

    [Fact]
    public async Task The_sample_shows_on_sqlite_where_reads_and_writes_go_and_reads_what_it_wrote()
    {
        var (exitCode, output) = await RunAsync(primary: null);

        Assert.True(exitCode == 0, output);
        Assert.Contains("writer: Primary, Serving", output, StringComparison.Ordinal);
        Assert.Contains("300 reads went to orders/readers 1: 150, orders/readers 2: 150.", output, StringComparison.Ordinal);
        Assert.Contains("A write went to orders/writer.", output, StringComparison.Ordinal);
        Assert.Contains("Stale reads after 200 writes, without a token: 0; in a causal scope: 0.", output, StringComparison.Ordinal);
        Assert.Contains(": 400 orders.", output, StringComparison.Ordinal);

        // The table of the run before is dropped under connections that have statements for it.
        var (again, secondOutput) = await RunAsync(primary: null);
        Assert.True(again == 0, secondOutput);
        Assert.Contains(": 400 orders.", secondOutput, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private async Task<(int ExitCode, string Output)> RunAsync(string? primary)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(Repository.Root, "samples/ReadReplicas/bin/Release/net10.0/ReadReplicas.dll")])
        {
            WorkingDirectory = _directory.FullName,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["CENOTE_PRIMARY"] = primary ?? "";
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).Soon();
            return (process.ExitCode, await output.Soon() + await errors.Soon());
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
