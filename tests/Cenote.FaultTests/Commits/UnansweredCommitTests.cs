using System.Globalization;

namespace Cenote.FaultTests.Commits;

/// <summary>
/// What <c>ExecuteAsync</c> reports of commits that were cut off at every step is what the table has. More rounds with
/// CENOTE_COMMIT_ROUNDS and CENOTE_COMMIT_KILLS.
/// </summary>
public sealed class UnansweredCommitTests
{
    private static int Rounds => Read("CENOTE_COMMIT_ROUNDS", 30);

    private static int Kills => Read("CENOTE_COMMIT_KILLS", 1);

    [Fact]
    public async Task PostgreSQL_is_asked_by_the_number_of_the_transaction()
    {
        await using var server = await PostgreSqlServer.StartNewAsync();
        await HoldsAsync(server, table: null);
    }

    [Fact]
    public async Task PostgreSQL_with_a_commit_table_leaves_nothing_unknown()
    {
        await using var server = await PostgreSqlServer.StartNewAsync();
        Assert.Equal(0, await HoldsAsync(server, table: "commits"));
    }

    [Fact]
    public async Task MariaDB_with_a_commit_table_leaves_nothing_unknown()
    {
        await using var server = await MariaDbServer.StartNewAsync();
        Assert.Equal(0, await HoldsAsync(server, table: "lab.commits"));
    }

    private static async Task<int> HoldsAsync(DatabaseServer server, string? table)
    {
        var (summary, lies, unknown, resolved) = await new CommitLab(server, table, Rounds, Kills).RunAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(summary);
        Assert.True(lies.Count == 0, summary);
        Assert.True(resolved > Rounds / 10, summary);
        return unknown;
    }

    private static int Read(string variable, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : standard;
}
