using System.Data;
using MySqlConnector;

namespace Cenote.AdoNetTests;

/// <summary>Commands of real drivers that serve one holder after the other, which must not show.</summary>
public class KeptCommandTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task Commands_of_changing_holders_read_their_own_answers(Db db)
    {
        await using var pool = TestPool.Create(db);
        for (var i = 0; i < 50; i++)
        {
            await using var connection = await pool.OpenConnectionAsync();
            await using var first = connection.Command($"SELECT {i}");
            await using var second = connection.Command($"SELECT {i} + 1000");
            Assert.Equal(i, first.ExecuteScalar().ToNumber());
            Assert.Equal(i + 1000, (await second.ExecuteScalarAsync()).ToNumber());
            first.CommandText = $"SELECT {i} + 2000";
            await using (var reader = await first.ExecuteReaderAsync())
            {
                Assert.True(await reader.ReadAsync());
                Assert.Equal(i + 2000, reader.GetValue(0).ToNumber());
            }

            second.CommandText = "SELECT @x";
            second.AddParameter("@x", i);
            Assert.Equal(i, (await second.ExecuteScalarAsync()).ToNumber());
        }
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_failed_or_changed_command_leaves_nothing_to_the_next(Db db)
    {
        await using var pool = TestPool.Create(db);
        for (var i = 0; i < 3; i++)
        {
            await using (var connection = await pool.OpenConnectionAsync())
            {
                await using var wrong = connection.Command("SELECT 1");
                wrong.ExecuteScalar();
                wrong.CommandText = "SELECT no_such_column";
                await Assert.ThrowsAnyAsync<DbException>(() => wrong.ExecuteScalarAsync());
            }

            await using (var connection = await pool.OpenConnectionAsync())
            {
                await using var changed = connection.Command("SELECT 1");
                changed.ExecuteScalar();
                changed.CommandTimeout = 1234;
                changed.AddParameter("@x", 1);
                changed.Prepare();
                changed.ExecuteScalar();
            }

            await using (var connection = await pool.OpenConnectionAsync())
            {
                await using var next = connection.Command("SELECT 2");
                Assert.Equal(2, next.ExecuteScalar().ToNumber());
                Assert.NotEqual(1234, next.CommandTimeout);
                Assert.Empty(next.Parameters);
                Assert.Equal(CommandType.Text, next.CommandType);
                Assert.Null(next.Transaction);
            }
        }
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_text_that_is_set_while_a_reader_is_open_is_rejected_or_executed(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.Command("SELECT 1");
        Exception? rejection;
        await using (await command.ExecuteReaderAsync())
        {
            rejection = Record.Exception(() => command.CommandText = "SELECT 2");
            command.CommandTimeout = 1234;
        }

        Assert.True(rejection is null or InvalidOperationException);
        Assert.Equal(rejection is null ? "SELECT 2" : "SELECT 1", command.CommandText);
        Assert.Equal(rejection is null ? 2 : 1, (await command.ExecuteScalarAsync()).ToNumber());
    }

    [Fact]
    public async Task The_last_inserted_id_is_that_of_the_commands_own_statement()
    {
        await using var pool = TestPool.Create(Db.MariaDb);
        await using var connection = await pool.OpenConnectionAsync();
        await connection.RunAsync("CREATE TEMPORARY TABLE kept (id int PRIMARY KEY AUTO_INCREMENT, v int)");
        await using (var insert = connection.Command("INSERT INTO kept (v) VALUES (1), (2)"))
        {
            insert.ExecuteNonQuery();
            await connection.ReadNumberAsync("SELECT 1");
            Assert.Equal(1, insert.Unwrap<MySqlCommand>().LastInsertedId);
        }

        await using (var insert = connection.Command("INSERT INTO kept (v) VALUES (3)"))
        {
            insert.ExecuteNonQuery();
        }

        await using var read = connection.Command("SELECT 1");
        read.ExecuteScalar();
        Assert.Equal(0, read.Unwrap<MySqlCommand>().LastInsertedId);
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task A_cancelled_command_does_not_end_the_statement_of_the_next(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using (var connection = await pool.OpenConnectionAsync())
        {
            Assert.Equal(1, await connection.ReadNumberAsync("SELECT 1"));
            using var slow = connection.Command(SlowQuery.On(db));
            var call = Patience.OnOwnThread(() => Record.Exception(() => slow.ExecuteScalar()));
            while (!call.IsCompleted)
            {
                slow.Cancel();
                await Task.Yield();
            }

            // MariaDB ends a SLEEP with an answer.
            Assert.True(await call.Soon() is null or DbException or OperationCanceledException);
        }

        for (var i = 0; i < 20; i++)
        {
            await using var next = await pool.OpenConnectionAsync();
            Assert.Equal(i, await next.ReadNumberAsync($"SELECT {i}"));
        }
    }
}
