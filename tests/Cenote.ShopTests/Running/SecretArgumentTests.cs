using Cenote.ShopTests.Arguments;
namespace Cenote.ShopTests.Running;

/// <summary>Secrets reach the shop by other ways than its arguments, and leave it by none.</summary>
public sealed class SecretArgumentTests
{
    private const string Secret = "hunTer2";

    /// <summary>
    /// A few of the shapes that <see cref="Arguments.ConnectionStringProblemsTests"/> tries in process, each with a
    /// secret of another kind.
    /// </summary>
    [Theory]
    [InlineData("postgresql", "Host=db;Database=shop Password=hunTer2", "hunTer2")]
    [InlineData("postgresql", "Host=db;Username=app;Password=ab;hunter=cd", "hunter")]
    [InlineData("postgresql", "Host=db;Database=shop Password a1/b2", "b2")]
    [InlineData("mysql", "Server=db;Database=mysql://app:hunTer2@db/shop", "hunTer2")]
    public async Task A_malformed_connection_string_is_refused_and_not_shown(string provider, string connection, string secret)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("conn.txt"), connection, TestContext.Current.CancellationToken);

        using var run = await ProgramRun.RunAsync("--provider", provider, "--connection-file", folder.File("conn.txt"), "--seconds", "1");

        Assert.Equal(2, run.ExitCode);
        Assert.NotEmpty(run.Errors);
        Assert.DoesNotContain(secret, run.Output + run.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("--provider", "postgresql", "--connection", "Host=db;Password=a", "horse", "it's battery")]
    [InlineData("--provider", "postgresql://app:horse@db/shop")]
    [InlineData("--database", "/no/such/folder/shop.db;Password=horse")]
    [InlineData("Host=db;Password=a", "horse")]
    public async Task What_the_shell_took_apart_or_stands_in_the_wrong_place_is_not_repeated(params string[] arguments)
    {
        using var run = await ProgramRun.RunAsync(arguments);

        Assert.NotEqual(0, run.ExitCode);
        Assert.NotEmpty(run.Errors);
        Assert.DoesNotContain("horse", run.Output + run.Errors, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("battery", run.Output + run.Errors, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// A word after the name of a database may be a password and may be a name: the run goes on, and does not show it.
    /// </summary>
    [Fact]
    public async Task What_may_be_a_secret_is_not_shown_by_the_run()
    {
        using var run = await ProgramRun.RunAsync("--provider", "postgresql", "--connection", "Host=127.0.0.1;Port=1;Timeout=1;Username=app;Password=x;Database=shop Password horse", "--seconds", "1");

        Assert.Equal(3, run.ExitCode);
        Assert.DoesNotContain("horse", run.Output + run.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("$PROGRAM --provider postgresql --connection-file conn.txt --seconds 1")]
    [InlineData("$PROGRAM --provider postgresql --connection-file - --seconds 1 < conn.txt")]
    [InlineData("CENOTE_CONNECTION=\"$(cat conn.txt)\" $PROGRAM --provider postgresql --seconds 1")]
    public async Task A_connection_string_comes_from_a_file_standard_input_or_the_environment(string command)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("conn.txt"), $"Host=127.0.0.1;Port=1;Database=shop;Username=app;Password={Secret};Timeout=1\n", TestContext.Current.CancellationToken);

        using var run = await ProgramRun.RunInShellAsync($"cd '{folder.File("")}'; {command}");

        // Nothing listens there: it was read.
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("127.0.0.1:1/shop", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, run.Output + run.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("--provider postgresql --connection-file missing.txt", "--connection-file: the file cannot be read (FileNotFoundException)")]
    [InlineData("--provider postgresql --connection-file empty.txt", "--connection-file empty.txt: the file is empty")]
    [InlineData("--provider postgresql --connection Host=db --connection-file empty.txt", "both given")]
    [InlineData("--connection-file empty.txt", "--connection-file is for --provider postgresql and mysql")]
    [InlineData("--provider postgresql", "set the environment variable CENOTE_CONNECTION")]
    public async Task What_cannot_be_read_is_said_with_the_way_to_give_it(string arguments, string expected)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("empty.txt"), "\n", TestContext.Current.CancellationToken);

        using var run = await ProgramRun.RunInShellAsync($"cd '{folder.File("")}'; $PROGRAM {arguments}");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
    }
}
