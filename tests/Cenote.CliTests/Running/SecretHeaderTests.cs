using Cenote.Testing;

namespace Cenote.CliTests.Running;

/// <summary>Headers reach the tool by other ways than its arguments, and no message repeats them.</summary>
public sealed class SecretHeaderTests
{
    private const string Secret = "hunTer2";

    [Fact]
    public async Task File_that_cannot_be_read_is_named_by_its_option()
    {
        using var run = await ProgramRun.RunAsync("top", "http://127.0.0.1:1/pools", "--header-file", "/no/such/file");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--header-file: the file cannot be read (DirectoryNotFoundException)", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$PROGRAM top http://127.0.0.1:1/pools --once --header-file headers.txt", "--header-file, line 3 is")]
    [InlineData("$PROGRAM top http://127.0.0.1:1/pools --once --header X-Key:a --header-file headers.txt", "--header-file, line 3 is")]
    [InlineData("$PROGRAM top http://127.0.0.1:1/pools --once --header-file - < headers.txt", "--header-file, line 3 is")]
    [InlineData("CENOTE_HEADERS=\"$(cat headers.txt)\" $PROGRAM top http://127.0.0.1:1/pools --once", "CENOTE_HEADERS, line 3 is")]
    [InlineData("$PROGRAM top http://127.0.0.1:1/pools --once --header X-Key:a --header hunTer2", "--header number 2 is")]
    public async Task A_header_that_cannot_be_sent_is_refused_by_its_place(string command, string place)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("headers.txt"), $"Authorization: Bearer x\n\n{Secret}\n", TestContext.Current.CancellationToken);

        using var run = await ProgramRun.RunInShellAsync($"cd '{folder.File("")}'; {command}");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(place + " not of the form", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, run.Output + run.Errors, StringComparison.OrdinalIgnoreCase);
    }
}
