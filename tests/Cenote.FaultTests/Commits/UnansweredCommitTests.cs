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

    /// <summary>A session of MariaDB goes on to report the number that the server had when it began.</summary>
    [Fact]
    public async Task MariaDB_that_was_given_another_number_is_the_same_server()
    {
        await using var server = await MariaDbServer.StartNewAsync();
        var fault = CommitFault.None;
        await using var cutter = new CommitCutter(server.Port, () => Interlocked.Exchange(ref fault, CommitFault.None), static () => Task.CompletedTask);
        await using var pool = new ConnectionPool(server.CreateProvider(cutter.Port), new ConnectionPoolOptions { MinSize = 0, MaxSize = 1, CommitTable = "lab.commits" });
        await WriteAsync(pool.GetCommitTableScript());
        await server.ExecuteAsync("SET GLOBAL server_id = 4711");

        fault = CommitFault.Lost;
        await WriteAsync("INSERT INTO lab.notes VALUES (1)");

        Assert.Equal((1L, 0L), (pool.GetStatistics().CommitsFoundRolledBack, pool.GetStatistics().CommitsFoundCommitted));

        Task WriteAsync(string text) => pool.ExecuteAsync(
            async (connection, token) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(token);
                await using var command = connection.CreateCommand();
                command.CommandText = text;
                await command.ExecuteNonQueryAsync(token);
                await transaction.CommitAsync(token);
            },
            new RetryOptions { ResolveUnknownCommits = fault != CommitFault.None });
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
