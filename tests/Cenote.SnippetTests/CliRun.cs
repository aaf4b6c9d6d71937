using System.Diagnostics;

namespace Cenote.SnippetTests;

/// <summary>Programs of the repository, each run to its end as a process of its own.</summary>
internal static class CliRun
{
    private const string Cli = "src/Cenote.Cli/bin/Release/net10.0/Cenote.Cli.dll";

    /// <summary>
    /// Runs the lines that README and docs/dashboard.md print for the terminal: <c>cenote top</c> with one answer.
    /// </summary>
    internal static async Task AssertShowsAsync(string url, string pool)
    {
        var directory = Environment.CurrentDirectory;
        Assert.Contains(pool, await RunInAsync(directory, Cli, "top", url, "--once"), StringComparison.Ordinal);
        Assert.Contains(pool, await RunInAsync(directory, Cli, "top", url), StringComparison.Ordinal);
        Assert.Contains($"\"{pool}\"", await RunInAsync(directory, Cli, "top", url, "--json"), StringComparison.Ordinal);
        var header = Path.Combine(directory, "token.txt");
        await File.WriteAllTextAsync(header, "Authorization: Bearer none\n");
        Assert.Contains(pool, await RunInAsync(directory, Cli, "top", url, "--header-file", header, "--pool", pool), StringComparison.Ordinal);
    }

    /// <summary>Runs a program that was built.</summary>
    /// <returns>What it wrote.</returns>
    internal static async Task<string> RunInAsync(string directory, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(Repository.Root, program), .. arguments])
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().Soon();
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}\n{await errors}");
            return await output;
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
