using System.Data;
using Cenote.Execution;

namespace Cenote.Tests.Execution;

/// <summary>Work that may have left its transaction by a statement is not run again.</summary>
public sealed class WorkTextTests
{
    [Theory]
    [InlineData("INSERT INTO t VALUES (1)", nameof(WorkEffect.None))]
    [InlineData("SELECT committed, started, locked FROM t", nameof(WorkEffect.None))]
    [InlineData("SELECT CASE WHEN a THEN 1 ELSE 2 END, t.end FROM t", nameof(WorkEffect.None))]
    [InlineData("end", nameof(WorkEffect.Commits))]
    [InlineData("INSERT INTO t VALUES (1); END", nameof(WorkEffect.Commits))]
    [InlineData("-- done\nEND", nameof(WorkEffect.Commits))]
    [InlineData("/* done */ END", nameof(WorkEffect.Commits))]
    [InlineData("\uFEFFEND", nameof(WorkEffect.Commits))]
    [InlineData("/*!50000COMMIT*/", nameof(WorkEffect.Commits))]
    [InlineData("TRUNCATE t; commit", nameof(WorkEffect.Commits))]
    [InlineData("rollback", nameof(WorkEffect.LeavesTransaction))]
    [InlineData("BEGIN", nameof(WorkEffect.LeavesTransaction))]
    [InlineData("START TRANSACTION", nameof(WorkEffect.LeavesTransaction))]
    [InlineData("CALL p()", nameof(WorkEffect.LeavesTransaction))]
    [InlineData("SET @@session.autocommit=1", nameof(WorkEffect.LeavesTransaction))]
    [InlineData("INSERT INTO t VALUES (1);TRUNCATE TABLE t", nameof(WorkEffect.LeavesTransaction))]
    [InlineData("RENAME TABLE a TO b", nameof(WorkEffect.LeavesTransaction))]
    [InlineData("GRANT ALL ON t TO u", nameof(WorkEffect.LeavesTransaction))]
    [InlineData("LOCK TABLES t WRITE", nameof(WorkEffect.LeavesTransaction))]
    [InlineData("", nameof(WorkEffect.None))]
    public void The_words_tell(string text, string effect) => Assert.Equal(effect, WorkText.EffectOf(CommandType.Text, text).ToString());

    // A driver may report no type until one is set.
    [Theory]
    [InlineData(default(CommandType), nameof(WorkEffect.None))]
    [InlineData(CommandType.StoredProcedure, nameof(WorkEffect.LeavesTransaction))]
    [InlineData(CommandType.TableDirect, nameof(WorkEffect.LeavesTransaction))]
    public void A_procedure_may_do_anything(CommandType type, string effect) => Assert.Equal(effect, WorkText.EffectOf(type, "p").ToString());

    [Theory]
    [InlineData("END", CommandType.Text, 1, 1)]
    [InlineData("ROLLBACK", CommandType.Text, 1, 2)]
    [InlineData("TRUNCATE t", CommandType.Text, 1, 2)]
    [InlineData("p", CommandType.StoredProcedure, 1, 2)]
    [InlineData("UPDATE t SET a = CASE WHEN b THEN 1 END", CommandType.Text, 2, 2)]
    public async Task Work_is_run_again_accordingly(string text, CommandType type, int expected, int expectedIfIdempotent)
    {
        await using var test = await TestPool.FullAsync(1);
        Assert.Equal(expected, await AttemptsAsync(isIdempotent: false));
        Assert.Equal(expectedIfIdempotent, await AttemptsAsync(isIdempotent: true));

        async Task<int> AttemptsAsync(bool isIdempotent)
        {
            var attempts = 0;
            var work = test.Pool.ExecuteAsync(
                async (connection, token) =>
                {
                    await using var transaction = await connection.BeginTransactionAsync(token);
                    await using var command = connection.CreateCommand();
                    command.CommandText = text;
                    command.CommandType = type;
                    await command.ExecuteNonQueryAsync(token);
                    if (++attempts == 1)
                    {
                        throw new StubException(FailureKind.ConnectionLost);
                    }
                },
                new RetryOptions { BaseDelay = TimeSpan.Zero, IsIdempotent = isIdempotent });
            _ = await Record.ExceptionAsync(() => work.Soon());
            return attempts;
        }
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task After_a_swallowed_failure_nothing_counts_as_in_the_transaction(bool fails, int expected)
    {
        await using var test = await TestPool.FullAsync(1);
        test.Script.At(StubCall.Execute, 1, StubStep.Fail(FailureKind.Transient));
        var attempts = 0;
        var work = test.Pool.ExecuteAsync(
            async (connection, token) =>
            {
                attempts++;
                await using var transaction = await connection.BeginTransactionAsync(token);
                if (fails)
                {
                    // A deadlock, say: at the server the end of the transaction, and what follows is committed by
                    // itself.
                    await Assert.ThrowsAsync<NotSupportedException>(() => connection.ChangeDatabaseAsync("other", token));
                }

                await using var command = connection.CreateCommand();
                await command.ExecuteNonQueryAsync(token);
            },
            new RetryOptions { BaseDelay = TimeSpan.Zero });
        Assert.Equal(fails, await Record.ExceptionAsync(() => work.Soon()) is StubException);
        Assert.Equal(expected, attempts);
    }
}
