using Cenote.Testing;

namespace Cenote.CliTests.Commands;

public sealed class DatabaseArgumentTests
{
    [Theory]
    [InlineData("check", "sqlserver", "SQL Server")]
    [InlineData("size", "Oracle", "Oracle")]
    [InlineData("compare", "mssql", "SQL Server")]
    public async Task A_database_without_support_is_the_only_problem(string command, string word, string name)
    {
        using var run = await ProgramRun.RunAsync(command, word);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"DATABASE is {name}, which cenote {command} does not support yet", run.Errors);
        Assert.Contains($"docs/{command}.md", run.Errors);
        Assert.Contains("the arguments have a problem.", run.Errors);
    }

    [Theory]
    [InlineData("check", "give postgresql, mysql or sqlite")]
    [InlineData("compare", "give postgresql or mysql.")]
    public async Task Help_and_problems_name_only_the_databases_that_a_command_supports(string command, string databases)
    {
        using var help = await ProgramRun.RunAsync(command, "--help");
        using var run = await ProgramRun.RunAsync(command, "--connection", " ");

        Assert.Equal(command != "compare", help.Output.Contains("sqlite", StringComparison.Ordinal));
        Assert.Contains("0.1 to 600", help.Output);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(databases, run.Errors);
        Assert.Contains("--connection is empty.", run.Errors);
    }
}
