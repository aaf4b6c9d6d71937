namespace Cenote.ShopTests.Arguments;

public sealed class ArgumentTests
{
    [Fact]
    public async Task Help_names_every_flag_and_its_default()
    {
        using var run = await ProgramRun.RunAsync("--help");

        Assert.Equal(0, run.ExitCode);
        foreach (var flag in (string[])["--seconds", "--clients", "--min-size", "--max-size", "--pools", "--readers", "--provider", "--connection", "--database", "--json", "--dashboard", "--no-dashboard", "--instances", "--budget", "--redis", "--seed", "--help"])
        {
            Assert.Contains(flag, run.Output);
        }

        Assert.Contains("[default: 20]", run.Output);
        Assert.Contains("[default: 32]", run.Output);
    }

    [Fact]
    public async Task One_message_names_every_problem()
    {
        using var run = await ProgramRun.RunAsync(
            "--seconds", "0", "--clients", "many", "--min-size", "8", "--max-size", "4", "--pools", "many", "--readers", "0", "--provider", "oracle", "--json", "/no/such/folder/report.json", "--frobnicate");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        foreach (var part in (string[])["--seconds '0'", "--clients 'many'", "--min-size 8", "--pools 'many'", "--readers '0'", "--provider 'oracle'", "/no/such/folder", "--frobnicate"])
        {
            Assert.Contains(part, run.Errors);
        }
    }

    [Theory]
    [InlineData("--seconds")]
    [InlineData("--seconds 5 --seconds 6")]
    [InlineData("--seconds 1.5")]
    [InlineData("--seconds -3")]
    [InlineData("--clients 0")]
    [InlineData("--max-size 0")]
    [InlineData("--min-size 11")]
    [InlineData("--readers 3 --max-size 10")]
    [InlineData("--provider postgresql")]
    [InlineData("--provider mysql --connection Server=localhost")]
    [InlineData("--provider mysql --connection Server=localhost;Database=shop --database shop.db")]
    [InlineData("--connection Host=localhost")]
    [InlineData("--database /tmp")]
    [InlineData("--database /no/such/folder/shop.db")]
    [InlineData("--dashboard 65536")]
    [InlineData("--dashboard --no-dashboard")]
    [InlineData("--instances 0")]
    [InlineData("--instances 2")]
    [InlineData("--budget 20")]
    [InlineData("--redis localhost:6379")]
    [InlineData("surprise")]
    public async Task Arguments_that_cannot_work_are_refused(string arguments)
    {
        using var run = await ProgramRun.RunAsync([.. arguments.Split(' ')]);

        Assert.True(run.ExitCode == 2, run.Output + run.Errors);
        Assert.Contains("- ", run.Errors);
        Assert.Equal("", run.Output);
    }

    [Theory]
    [InlineData("postgresql", "postgresql://me:hunter2@localhost/shop?sslmode=require")]
    [InlineData("postgresql", "Host=localhost;Password=abc;hunter2=1")]
    [InlineData("postgresql", "Host=localhost;Port=hunter2")]
    [InlineData("postgresql", "Host=localhost;Password='hunter2")]
    [InlineData("mysql", "mysql://me:hunter2@localhost/shop")]
    [InlineData("mysql", "Server=localhost;Database=shop;Password=abc;hunter2=1")]
    [InlineData("mysql", "hunter2")]
    public async Task What_may_be_a_password_is_never_repeated(string provider, string connection)
    {
        using var run = await ProgramRun.RunAsync("--provider", provider, "--connection", connection);

        Assert.True(run.ExitCode == 2, run.Output + run.Errors);
        Assert.DoesNotContain("hunter2", run.Output + run.Errors);
    }

    [Fact]
    public async Task A_connection_string_taken_apart_by_the_shell_is_not_repeated()
    {
        using var run = await ProgramRun.RunAsync("--provider", "postgresql", "--connection", "Host=localhost;", "Password=hunter2");

        Assert.Equal(2, run.ExitCode);
        Assert.DoesNotContain("hunter2", run.Output + run.Errors);
    }
}
