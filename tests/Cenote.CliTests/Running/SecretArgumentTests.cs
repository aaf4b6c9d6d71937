namespace Cenote.CliTests.Running;

/// <summary>Secrets reach the command by other ways than its arguments, and leave it by none.</summary>
public sealed class SecretArgumentTests
{
    private const string Secret = "hunTer2";

    public static TheoryData<string, string> Mistakes => new()
    {
        { "postgresql", "Host=db;Database=shop Password=hunTer2" },
        { "postgresql", "Host=db Password=hunTer2" },
        { "postgresql", "host=db dbname=shop user=app password=hunTer2" },
        { "postgresql", "Host=app:hunTer2@db;Database=shop" },
        { "postgresql", "Host=db;Password=ab;hunTer2=1" },
        { "mysql", "Server=db;Database=shop Password=hunTer2" },
        { "mysql", "Server=db;Database=mysql://app:hunTer2@db/shop" },
        { "mysql", "Server=db;Database=shop;Application Name=web Pwd=hunTer2" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_malformed_connection_string_is_refused_and_not_shown(string provider, string connection)
    {
        using var run = await CommandRun.RunAsync("run", "--provider", provider, "--connection", connection, "--seconds", "1");

        Assert.Equal(2, run.ExitCode);
        Assert.NotEmpty(run.Errors);
        Assert.DoesNotContain(Secret, run.Output + run.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("$CENOTE run --provider postgresql --connection-file conn.txt --seconds 1")]
    [InlineData("$CENOTE run --provider postgresql --connection-file - --seconds 1 < conn.txt")]
    [InlineData("CENOTE_CONNECTION=\"$(cat conn.txt)\" $CENOTE run --provider postgresql --seconds 1")]
    public async Task A_connection_string_comes_from_a_file_standard_input_or_the_environment(string command)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("conn.txt"), $"Host=127.0.0.1;Port=1;Database=shop;Username=app;Password={Secret};Timeout=1\n", TestContext.Current.CancellationToken);

        using var run = await CommandRun.RunInShellAsync($"cd '{folder.File("")}'; {command}");

        // Nothing listens there: it was read.
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("127.0.0.1:1/shop", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, run.Output + run.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("run --provider postgresql --connection-file missing.txt", "--connection-file: the file cannot be read (FileNotFoundException)")]
    [InlineData("run --provider postgresql --connection-file empty.txt", "--connection-file empty.txt: the file is empty")]
    [InlineData("run --provider postgresql --connection Host=db --connection-file empty.txt", "both given")]
    [InlineData("run --connection-file empty.txt", "--connection-file is for --provider postgresql and mysql")]
    [InlineData("run --provider postgresql", "set the environment variable CENOTE_CONNECTION")]
    [InlineData("top http://127.0.0.1:1/pools --header-file missing.txt", "--header-file: the file cannot be read (FileNotFoundException)")]
    public async Task What_cannot_be_read_is_said_with_the_way_to_give_it(string arguments, string expected)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("empty.txt"), "\n", TestContext.Current.CancellationToken);

        using var run = await CommandRun.RunInShellAsync($"cd '{folder.File("")}'; $CENOTE {arguments}");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$CENOTE top http://127.0.0.1:1/pools --once --header-file headers.txt")]
    [InlineData("$CENOTE top http://127.0.0.1:1/pools --once --header-file - < headers.txt")]
    [InlineData("CENOTE_HEADERS=\"$(cat headers.txt)\" $CENOTE top http://127.0.0.1:1/pools --once")]
    public async Task A_header_that_cannot_be_sent_is_refused_by_its_place(string command)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("headers.txt"), $"Authorization: Bearer x\n{Secret}\n", TestContext.Current.CancellationToken);

        using var run = await CommandRun.RunInShellAsync($"cd '{folder.File("")}'; {command}");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("the 2. given, is not of the form", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, run.Output + run.Errors, StringComparison.OrdinalIgnoreCase);
    }
}
