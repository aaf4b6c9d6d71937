using System.Diagnostics;
using Cenote.ReadReplicasTests.PostgreSql;

namespace Cenote.ReadReplicasTests.Documentation;

/// <summary>The sample as its users run it: a process of its own, with nothing installed.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cenote-replicas-");

    [Fact]
    public async Task The_sample_shows_on_sqlite_where_reads_and_writes_go_and_reads_what_it_wrote()
    {
        var (exitCode, output) = await RunAsync();

        Assert.True(exitCode == 0, output);
        Assert.Contains("writer: Primary, Serving", output, StringComparison.Ordinal);
        Assert.Matches("300 reads went to orders/readers 1: [0-9]+, orders/readers 2: [0-9]+", output);
        Assert.Contains("A write went to orders/writer.", output, StringComparison.Ordinal);
        Assert.Contains("Stale reads after 200 writes, without a token: 0; in a causal scope: 0.", output, StringComparison.Ordinal);
        Assert.Contains(": 400 orders.", output, StringComparison.Ordinal);

        // The table of the run before is dropped under connections that have statements for it.
        var (again, secondOutput) = await RunAsync();
        Assert.True(again == 0, secondOutput);
        Assert.Contains(": 400 orders.", secondOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sample_reads_its_writes_on_the_servers_of_the_environment()
    {
        await using var lab = await PostgreSqlLab.StartAsync(replicas: 1);
        await using (var administrator = await lab.Primary.OpenAdminAsync())
        await using (var grant = administrator.CreateCommand())
        {
            // The sample makes a table.
            grant.CommandText = "GRANT CREATE ON SCHEMA public TO PUBLIC";
            await grant.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var (exitCode, output) = await RunAsync(PostgreSqlLab.ConnectionString(lab.Primary), PostgreSqlLab.ConnectionString(lab.Replica));

        Assert.True(exitCode == 0, output);
        Assert.Contains("primary: Primary, Serving", output, StringComparison.Ordinal);
        Assert.Contains("replica 1: Replica, Serving", output, StringComparison.Ordinal);
        Assert.Matches("300 reads went to .*orders/replica 1: [0-9]+", output);
        Assert.Contains("; in a causal scope: 0.", output, StringComparison.Ordinal);
        Assert.Contains(": 400 orders.", output, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private async Task<(int ExitCode, string Output)> RunAsync(params string[] servers)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(Repository.Root, "samples/ReadReplicas/bin/Release/net10.0/ReadReplicas.dll")])
        {
            WorkingDirectory = _directory.FullName,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["CENOTE_PRIMARY"] = servers.FirstOrDefault() ?? "";
        start.Environment["CENOTE_REPLICA_1"] = servers.ElementAtOrDefault(1) ?? "";
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
