using Cenote.Testing;
using System.Diagnostics;

namespace Cenote.CliTests.Running;

/// <summary>The scripts at the root of the repository: what they say, and what they ask of the machine.</summary>
public sealed class ScriptTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task First_build_is_reported_on_standard_error_only()
    {
        var folder = Path.GetDirectoryName(_folder.File("x"))!;
        Directory.CreateDirectory(Path.Combine(folder, "eng"));
        File.Copy(Path.Combine(Root, "eng/dotnet.sh"), Path.Combine(folder, "eng/dotnet.sh"));

        // A project that does not exist: what counts is what is said before the build.
        var (output, errors, code) = await BashAsync("source eng/dotnet.sh; dotnet_quietly build src/None", folder);

        Assert.NotEqual(0, code);
        Assert.Equal("", output);
        Assert.StartsWith("Building src/None. The first build restores packages and takes a minute or more.\n", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ServerRunTests", "Cenote.ShopTests", "servers")]
    [InlineData("FiguresTests", "Cenote.CliTests", "proxiesservers")]
    [InlineData("SeatTests.One_address", "Cenote.DashboardTests", "")]
    [InlineData("/Cenote.DashboardTests/*/*/*", "Cenote.DashboardTests", "")]
    [InlineData("Cenote.DashboardTests.Access.Local", "Cenote.DashboardTests", "")]
    [InlineData("No_test_has_this_name", "", "")]
    public async Task Filter_means_the_projects_that_have_such_tests_and_their_packages(string filter, string projects, string groups)
    {
        var (output, errors, code) = await BashAsync(
            $"source eng/filter.sh; p=$(projects_matching '{filter}'); for each in $p; do basename $each .csproj; done; echo :; groups_needed $p", Root);

        Assert.True(code == 0, errors);
        Assert.Equal($"{projects}:{groups}", output.Replace("\n", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_filtered_run_cannot_install_is_named_and_the_run_goes_on()
    {
        var (_, errors, code) = await BashAsync(
            """
            set -euo pipefail
            source eng/packages.sh; source eng/filter.sh
            AS_ROOT=(false)
            missing_servers_packages() { echo postgresql; }
            dotnet_quietly() { echo "build $2" >&2; }
            start_postgresql() { return 1; }
            start_mariadb() { return 1; }
            run_test_project() { echo "run $*" >&2; }
            run_filtered ServerRunTests
            """,
            Root);

        Assert.True(code == 0, errors);
        Assert.Contains("Missing packages: postgresql", errors, StringComparison.Ordinal);
        Assert.Contains("build tests/Cenote.ShopTests", errors, StringComparison.Ordinal);
        Assert.EndsWith("run tests/Cenote.ShopTests/Cenote.ShopTests.csproj -method *ServerRunTests*\n", errors, StringComparison.Ordinal);
    }

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Cenote.slnx")))
            {
                folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests do not run inside of the repository.");
            }

            return folder.FullName;
        }
    }

    private static async Task<(string Output, string Errors, int Code)> BashAsync(string script, string folder)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { UseShellExecute = false, WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = bash.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (output, await errors, bash.ExitCode);
    }
}
