using System.Data;
using System.Data.Common;
using Cenote.AdoNet;
using Cenote.StubDriver;

namespace Cenote.Tests.AdoNet;

/// <summary>The statement that a physical connection keeps for its commands, and everything that ends that.</summary>
public sealed class KeptStatementTests
{
    private const int Rounds = 500;

    public static TheoryData<string> OwnReasons { get; } =
    [
        "Parameters", "CreateParameter", "Unwrap", "CommandTimeout", "CommandType", "UpdatedRowSource", "Prepare", "Cancel",
        "Transaction", "Connection", "LongText",
    ];

    [Fact]
    public async Task Kept_statement_serves_one_command_after_the_other()
    {
        await using var test = await NewPoolAsync();
        Execute(test, "first");
        var kept = Assert.IsType<CommandStatement>(Kept(test));

        await using (var connection = await test.Pool.OpenConnectionAsync())
        {
            await using var command = Command(connection, "second");
            await command.ExecuteScalarAsync();
            await command.ExecuteNonQueryAsync();
            await using (var reader = await command.ExecuteReaderAsync())
            {
                Assert.False(await reader.ReadAsync());
            }

            Assert.Equal("second", kept.Command.CommandText);
        }

        Assert.Same(kept, Kept(test));
    }

    [Theory, MemberData(nameof(OwnReasons))]
    public async Task Kept_statement_becomes_the_commands_own_by_anything_else(string reason)
    {
        await using var test = await NewPoolAsync();
        Execute(test, "first");
        var kept = Assert.IsType<CommandStatement>(Kept(test));
        await using (var connection = await test.Pool.OpenConnectionAsync())
        {
            await using var command = Command(connection, reason == "LongText" ? new string('x', 5_000) : "second");
            command.ExecuteScalar();
            await UseAsync(command, connection, reason);
            command.ExecuteScalar();
            Assert.StartsWith(reason == "LongText" ? "x" : "second", kept.Command.CommandText, StringComparison.Ordinal);
        }

        Assert.Null(Kept(test));
        Execute(test, "third");
        Assert.NotSame(kept, Assert.IsType<CommandStatement>(Kept(test)));
    }

    [Theory, MemberData(nameof(OwnReasons))]
    public async Task Command_does_not_take_the_kept_statement_after_anything_else(string reason)
    {
        await using var test = await NewPoolAsync();
        Execute(test, "first");
        var kept = Assert.IsType<CommandStatement>(Kept(test));
        await using (var connection = await test.Pool.OpenConnectionAsync())
        {
            await using var command = Command(connection, "second");
            await UseAsync(command, connection, reason);
            if (reason is not ("LongText" or "Cancel"))
            {
                command.ExecuteScalar();
                Assert.Equal("first", kept.Command.CommandText);
            }
        }

        Assert.Same(kept, Kept(test));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Failed_statement_is_not_kept(bool isRead)
    {
        await using var test = await NewPoolAsync();
        Execute(test, "first");
        await using (var connection = await test.Pool.OpenConnectionAsync())
        {
            test.Script.Always(StubCall.Execute, StubStep.Fail(FailureKind.Other));
            await using var command = Command(connection, "second");
            await Assert.ThrowsAsync<StubException>(async () => _ = isRead ? await command.ExecuteReaderAsync() : await command.ExecuteScalarAsync());
            test.Script.Heal(StubCall.Execute);
        }

        Assert.Null(Kept(test));
    }

    [Fact]
    public async Task Statement_whose_token_was_cancelled_is_not_kept()
    {
        var gate = new StubGate();
        await using var test = await NewPoolAsync(new CallScript().At(StubCall.Execute, 1, StubStep.Hang(gate, honoursCancellation: false)));
        using var source = new CancellationTokenSource();
        await using (var connection = await test.Pool.OpenConnectionAsync())
        {
            await using var command = Command(connection, "first");
            var call = Patience.OnOwnThread(() => command.ExecuteScalarAsync(source.Token).GetAwaiter().GetResult());
            await test.Database.CallStarted(StubCall.Execute, 1).Soon();
            await source.CancelAsync();
            gate.Release();
            await call.Soon();
            Assert.IsNotType<CommandStatement>(PhysicalOf(connection).KeptStatement);
        }
    }

    [Fact]
    public async Task Command_that_outlives_its_connection_keeps_the_statement_for_itself()
    {
        await using var test = await NewPoolAsync();
        await using var connection = await test.Pool.OpenConnectionAsync();
        var command = Command(connection, "first");
        command.ExecuteScalar();
        await connection.CloseAsync();
        Assert.Null(Kept(test));
        Execute(test, "next holder");
        var next = Assert.IsType<CommandStatement>(Kept(test));

        await connection.OpenAsync();
        Assert.Equal("first", command.CommandText);
        Assert.NotNull(command.ExecuteScalar());

        Assert.NotSame(next.Command, command.Unwrap<StubCommand>());
        Assert.Equal("next holder", next.Command.CommandText);
        await command.DisposeAsync();
    }

    [Fact]
    public async Task Second_command_of_the_connection_has_its_own_statement()
    {
        await using var test = await NewPoolAsync();
        await using var connection = await test.Pool.OpenConnectionAsync();
        await using var first = Command(connection, "first");
        await using var second = Command(connection, "second");
        first.ExecuteScalar();
        second.ExecuteScalar();
        first.CommandText = "changed";
        second.ExecuteScalar();
        first.ExecuteScalar();

        Assert.Equal("second", second.Unwrap<StubCommand>().CommandText);
        Assert.Equal("changed", first.Unwrap<StubCommand>().CommandText);
    }

    [Fact]
    public async Task Statement_with_an_open_reader_is_not_for_the_next_command()
    {
        await using var test = await NewPoolAsync();
        await using (var connection = await test.Pool.OpenConnectionAsync())
        {
            var command = Command(connection, "first");
            var reader = command.ExecuteReader();
            command.Dispose();
            Assert.IsNotType<CommandStatement>(PhysicalOf(connection).KeptStatement);
            Assert.False(reader.Read());
            reader.Close();
        }

        Assert.Null(Kept(test));
    }

    [Fact]
    public async Task Joined_transaction_does_not_stay_at_the_kept_command()
    {
        await using var test = await NewPoolAsync();
        await using var connection = await test.Pool.OpenConnectionAsync();
        await using (await connection.BeginTransactionAsync())
        {
            await using var command = Command(connection, "first");
            command.ExecuteScalar();
            Assert.NotNull(Taken(connection).Command.Transaction);
        }

        Assert.Null(Assert.IsType<CommandStatement>(PhysicalOf(connection).KeptStatement).Command.Transaction);
    }

    [Fact]
    public async Task Disposing_of_a_command_during_its_execution_does_not_pass_it_on()
    {
        var gate = new StubGate();
        await using var test = await NewPoolAsync(new CallScript().At(StubCall.Execute, 1, StubStep.Hang(gate)));
        await using var connection = await test.Pool.OpenConnectionAsync();
        var command = Command(connection, "first");
        var call = Patience.OnOwnThread(command.ExecuteScalar);
        await test.Database.CallStarted(StubCall.Execute, 1).Soon();
        command.Dispose();
        Assert.Null(PhysicalOf(connection).KeptStatement);
        gate.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => call.Soon());
    }

    [Fact]
    public async Task Text_that_is_set_during_an_execution_is_rejected_by_the_driver()
    {
        var gate = new StubGate();
        await using var test = await NewPoolAsync(new CallScript().At(StubCall.Execute, 1, StubStep.Hang(gate)));
        await using var connection = await test.Pool.OpenConnectionAsync();
        using var command = Command(connection, "first");
        var call = Patience.OnOwnThread(command.ExecuteScalar);
        await test.Database.CallStarted(StubCall.Execute, 1).Soon();
        Assert.Throws<InvalidOperationException>(() => command.CommandText = "second");
        gate.Release();
        await call.Soon();
        Assert.Equal("first", command.CommandText);
    }

    [Theory, InlineData("Parameters"), InlineData("CommandTimeout"), InlineData("Cancel"), InlineData("Transaction"), InlineData("nothing")]
    public async Task Text_that_is_set_while_a_reader_is_open_is_not_lost(string reason)
    {
        await using var test = await NewPoolAsync();
        await using var connection = await test.Pool.OpenConnectionAsync();
        await using var command = Command(connection, "second");
        await using (await command.ExecuteReaderAsync())
        {
            command.CommandText = "third";
            await UseAsync(command, connection, reason);
        }

        command.ExecuteNonQuery();
        Assert.Equal("third", command.Unwrap<StubCommand>().CommandText);
    }

    [Theory, InlineData(28, true, false), InlineData(28, true, true), InlineData(29, false, false), InlineData(29, false, true)]
    public async Task Statement_that_ends_near_the_drivers_timeout_is_not_kept(int seconds, bool isKept, bool isRead)
    {
        var gate = new StubGate();
        await using var test = await NewPoolAsync(isRead ? null : new CallScript().At(StubCall.Execute, 1, StubStep.Hang(gate)));
        await using var connection = await test.Pool.OpenConnectionAsync();
        using (var command = Command(connection, "slow"))
        {
            if (isRead)
            {
                await using var reader = await command.ExecuteReaderAsync();
                test.Time.Advance(TimeSpan.FromSeconds(seconds));
            }
            else
            {
                var call = Patience.OnOwnThread(command.ExecuteScalar);
                await test.Database.CallStarted(StubCall.Execute, 1).Soon();
                test.Time.Advance(TimeSpan.FromSeconds(seconds));
                gate.Release();
                await call.Soon();
            }

            // It is not forgotten.
            command.ExecuteScalar();
        }

        Assert.Equal(isKept, PhysicalOf(connection).KeptStatement is CommandStatement);
    }

    [Fact]
    public async Task Statement_of_a_driver_without_timeout_is_kept_whenever_it_ends()
    {
        await using var test = await NewPoolAsync();
        await using var connection = await test.Pool.OpenConnectionAsync();
        using (var command = Command(connection, "slow"))
        {
            command.ExecuteScalar();
            Taken(connection).Command.CommandTimeout = 0;
            await using var reader = await command.ExecuteReaderAsync();
            test.Time.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.IsType<CommandStatement>(PhysicalOf(connection).KeptStatement);
    }

    [Fact]
    public async Task Connection_of_the_next_holder_is_not_given_to_a_stale_command()
    {
        await using var test = await NewPoolAsync();
        PooledCommand first;
        await using (var connection = await test.Pool.OpenConnectionAsync())
        {
            first = Command(connection, "first");
            first.ExecuteScalar();
            Assert.Same(connection, Taken(connection).FindConnection(first));
            first.Dispose();
        }

        await using var next = await test.Pool.OpenConnectionAsync();
        using var second = Command(next, "second");
        second.ExecuteScalar();
        Assert.Same(next, Taken(next).FindConnection(second));
        Assert.Null(Taken(next).FindConnection(first));
        Assert.Null(first.Connection);
    }

    [Fact]
    public async Task Provider_that_refuses_to_reuse_commands_is_asked_once()
    {
        await using var test = await NewPoolAsync();
        var questions = 0;
        test.Database.ReusesCommands = () =>
        {
            questions++;
            return false;
        };
        Execute(test, "first");
        Execute(test, "second");

        Assert.Equal(1, questions);
        Assert.Null(Kept(test));
    }

    [Fact]
    public async Task Command_of_a_revoked_lease_takes_no_other_session()
    {
        await using var test = await NewPoolAsync();
        await using var connection = await test.Pool.OpenConnectionAsync();
        using var command = Command(connection, "first");
        command.ExecuteScalar();
        var before = Taken(connection);
        Assert.True(test.Pool.TryRevoke(Assert.Single(test.Pool.GetLeaseReport().Leases)));
        Assert.Throws<LeaseRevokedException>(() => command.ExecuteScalar());
        await connection.CloseAsync();
        await test.When(counts => counts.Idle == 1);
        Execute(test, "next holder");

        await connection.OpenAsync();
        command.ExecuteScalar();
        Assert.NotSame(before, PhysicalOf(connection).KeptStatement);
        Assert.Equal("next holder", Assert.IsType<CommandStatement>(PhysicalOf(connection).KeptStatement).Command.CommandText);
    }

    [Fact]
    public async Task Command_that_was_disposed_of_throws_and_keeps_its_text()
    {
        await using var test = await NewPoolAsync();
        await using var connection = await test.Pool.OpenConnectionAsync();
        var command = Command(connection, "first");
        command.ExecuteScalar();
        command.Dispose();
        command.Dispose();
        await command.DisposeAsync();
        command.Cancel();

        Assert.Equal("first", command.CommandText);
        Assert.Throws<ObjectDisposedException>(() => command.ExecuteScalar());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => command.ExecuteNonQueryAsync());
        Assert.Throws<ObjectDisposedException>(() => command.Parameters);
    }

    [Theory, InlineData("Execute"), InlineData("Cancel"), InlineData("Unwrap"), InlineData("CommandText"), InlineData("Connection"),
     InlineData("Dispose")]
    public async Task Late_thread_never_reaches_the_statement_of_the_next_command(string late)
    {
        await using var test = await NewPoolAsync();
        using var together = new Barrier(2);
        PooledCommand command = null!;
        object? reached = null;
        Exception? failure = null;
        var thread = Patience.OnOwnThread(() =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                together.SignalAndWait();
                reached = null;
                try
                {
                    reached = Do(command, late);
                }
                catch (InvalidOperationException)
                {
                    // It was disposed of, or its connection was closed.
                }
                catch (Exception exception)
                {
                    failure = exception;
                }

                together.SignalAndWait();
            }

            return true;
        });
        for (var round = 0; round < Rounds; round++)
        {
            // Two holders at once on the session would be a violation, which the end of the test pool reports.
            PooledConnection before;
            using (before = test.Pool.OpenConnection())
            {
                command = Command(before, "first");
                command.ExecuteScalar();
                together.SignalAndWait();
                command.Dispose();
            }

            using (var connection = test.Pool.OpenConnection())
            {
                using var next = Command(connection, "next");
                next.ExecuteScalar();
                Assert.Equal("next", next.Unwrap<StubCommand>().CommandText);
                Assert.Same(connection.Unwrap<StubConnection>(), next.Unwrap<StubCommand>().Connection);
                next.ExecuteScalar();
            }

            together.SignalAndWait();

            Assert.Null(failure);

            // A driver's command that the late thread got was disposed of with its own.
            Assert.True(reached is null || reached == before || reached is StubCommand { Connection: null });
        }

        Assert.True(await thread.Soon());
    }

    // Several statements on one lease, which the stub takes for several holders without a reset.
    private static Task<TestPool> NewPoolAsync(CallScript? script = null) =>
        TestPool.FullAsync(1, static options => options.ResetMode = ResetMode.None, script: script);

    private static object? Do(PooledCommand command, string late)
    {
        switch (late)
        {
            case "Execute":
                command.ExecuteScalar();
                return null;
            case "Cancel":
                command.Cancel();
                return null;
            case "Unwrap":
                var unwrapped = command.Unwrap<StubCommand>();
                unwrapped.CommandText = "late";
                return unwrapped;
            case "CommandText":
                command.CommandText = "late";
                return null;
            case "Connection":
                return command.Connection;
            default:
                command.Dispose();
                return null;
        }
    }

    private static async Task UseAsync(PooledCommand command, PooledConnection connection, string reason)
    {
        switch (reason)
        {
            case "Parameters":
                Assert.Empty(command.Parameters);
                break;
            case "CreateParameter":
                Assert.NotNull(command.CreateParameter());
                break;
            case "Unwrap":
                Assert.Equal("second", command.Unwrap<StubCommand>().CommandText);
                break;
            case "CommandTimeout":
                command.CommandTimeout = 7;
                break;
            case "CommandType":
                command.CommandType = CommandType.StoredProcedure;
                break;
            case "UpdatedRowSource":
                command.UpdatedRowSource = UpdateRowSource.None;
                break;
            case "Prepare":
                await command.PrepareAsync();
                break;
            case "Cancel":
                command.Cancel();
                break;
            case "Transaction":
                command.Transaction = await connection.BeginTransactionAsync();
                break;
            case "Connection":
                command.Connection = null;
                command.Connection = connection;
                break;
            default:
                break;
        }
    }

    private static void Execute(TestPool test, string text)
    {
        using var connection = test.Pool.OpenConnection();
        using var command = Command(connection, text);
        command.ExecuteScalar();
    }

    private static PooledCommand Command(PooledConnection connection, string text)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        return command;
    }

    private static object? Kept(TestPool test)
    {
        using var lease = test.Pool.Rent();
        return lease.GetPhysical().KeptStatement;
    }

    private static CommandStatement Taken(PooledConnection connection)
    {
        Assert.True(Assert.IsType<WeakReference<CommandStatement>>(PhysicalOf(connection).KeptStatement).TryGetTarget(out var statement));
        return statement;
    }

    private static Providers.PhysicalConnection PhysicalOf(PooledConnection connection)
    {
        Assert.True(connection.TryGetLease(out var lease));
        return lease.GetPhysical();
    }
}
