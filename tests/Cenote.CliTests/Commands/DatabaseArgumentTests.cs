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
}
