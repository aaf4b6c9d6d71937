using System.CommandLine;
using Cenote.Cli.Commands;
using Cenote.Testing;

namespace Cenote.CliTests.Commands;

public sealed class TopArgumentTests
{
    [Theory]
    [InlineData("top", "URL is missing")]
    [InlineData("top localhost:5080", "http://")]
    [InlineData("top ftp://localhost/pools", "http://")]
    [InlineData("top http://me:s3cret@localhost/pools", "--header")]
    [InlineData("top http://localhost/pools?token=s3cret", "query")]
    [InlineData("top http://localhost/pools --header s3cret", "Name: value")]
    [InlineData("top http://localhost/pools --header s3cret:", "Name: value")]
    [InlineData("top http://localhost/pools --header Content-Type:s3cret", "not allowed for a header of a request")]
    [InlineData("top http://localhost/pools --header X-Key:s3cr\u00e9t", "character")]
    public void Invalid_arguments_are_reported_without_what_may_be_secret(string arguments, string problem)
    {
        var reader = Read(arguments, out _);

        Assert.Contains(problem, Assert.Single(reader.Problems));
        Assert.DoesNotContain("s3cr", reader.Problems[0]);
    }

    [Fact]
    public void The_address_of_the_page_is_as_good_as_that_of_the_dashboard()
    {
        var reader = Read("top http://localhost:5080/pools/#/pool/orders --header X-Key:a:b --header Authorization:c --once", out var options);

        Assert.Empty(reader.Problems);
        Assert.Equal("http://localhost:5080/pools/", options.Dashboard.ToString());
        Assert.Equal([new("X-Key", "a:b"), new("Authorization", "c")], options.Headers);
        Assert.True(options.Once);
        Assert.False(options.Json);
    }

    [Fact]
    public async Task One_message_names_every_problem_without_the_header_that_the_shell_took_apart()
    {
        using var run = await ProgramRun.RunAsync("top", "--header", "Authorization:", "Bearer", "s3cret", "--pool", "", "--frobnicate");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.DoesNotContain("s3cret", run.Errors);
        foreach (var part in (string[])["URL is not an address", "--header number 1", "--pool is empty", "'--frobnicate'", "cenote top --help"])
        {
            Assert.Contains(part, run.Errors);
        }
    }

    private static TopOptionsReader Read(string arguments, out TopOptions options)
    {
        var command = new TopCommand();
        var reader = new TopOptionsReader(command, new RootCommand { command }.Parse(arguments.Split(' ')));
        options = reader.Read();
        return reader;
    }
}
