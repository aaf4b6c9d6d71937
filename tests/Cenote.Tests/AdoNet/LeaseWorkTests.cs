using Cenote.AdoNet;

namespace Cenote.Tests.AdoNet;

/// <summary>What hangs on a lease, and what is forgotten, detached or handed on for the driver to end.</summary>
public sealed class LeaseWorkTests
{
    private readonly object _gate = new();

    [Fact]
    public async Task Statements_are_remembered_until_they_are_unlinked_in_any_order()
    {
        await using var test = TestPool.Create();
        var statements = Enumerable.Range(0, 5).Select(_ => NewStatement(test)).ToArray();
        foreach (var order in new int[][] { [0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3] })
        {
            var work = default(LeaseWork);
            foreach (var statement in statements)
            {
                work.Link(statement);
            }

            foreach (var i in order)
            {
                Assert.False(work.IsEmpty);
                work.Unlink(statements[i]);
                Assert.Null(statements[i].Newer);
                Assert.Null(statements[i].Older);
            }

            Assert.True(work.IsEmpty);
        }
    }

    [Fact]
    public async Task The_oldest_idle_statement_is_detached_beyond_the_number()
    {
        await using var test = TestPool.Create();
        await using var lease = await test.Pool.RentAsync();
        var work = default(LeaseWork);
        var statements = Enumerable.Range(0, 34).Select(_ => NewStatement(test, lease)).ToArray();
        foreach (var statement in statements)
        {
            work.Link(statement);
        }

        Assert.All(statements[..2], statement => Assert.Null(statement.Command.Connection));
        Assert.All(statements[2..], statement => Assert.Same(lease.Connection, statement.Command.Connection));
    }

    [Fact]
    public async Task Detaching_takes_statements_off_the_connection_and_forgetting_leaves_them_there()
    {
        await using var test = TestPool.Create();
        await using var lease = await test.Pool.RentAsync();
        var work = default(LeaseWork);
        var (detached, forgotten) = (NewStatement(test, lease), NewStatement(test, lease));
        work.Link(detached);
        work.DetachAll(_gate);
        Assert.True(work.IsEmpty);
        Assert.Null(detached.Command.Connection);
        work.Link(forgotten);
        work.ForgetAll(_gate);
        Assert.True(work.IsEmpty);
        Assert.Same(lease.Connection, forgotten.Command.Connection);
    }

    [Fact]
    public async Task A_transaction_is_rolled_back_once_with_what_was_left_open()
    {
        await using var test = TestPool.Create();
        await using var connection = await test.Pool.OpenConnectionAsync();
        var lease = connection.Gate.ClosingLease;
        var transaction = Assert.IsType<PooledTransaction>(await connection.BeginTransactionAsync());
        var work = default(LeaseWork);
        work.Add(transaction);
        Assert.Same(transaction, work.Transaction);
        Assert.False(work.IsEmpty);

        var open = work.TakeLeftOpen(in lease, readers: null);
        Assert.Null(work.Transaction);
        Assert.False(open.IsEmpty);
        await open.EndAsync();
        Assert.Null(transaction.DriverTransaction);
        Assert.True(work.TakeLeftOpen(in lease, readers: null).IsEmpty);
    }

    [Fact]
    public async Task A_transaction_that_is_over_is_forgotten_unless_another_has_begun()
    {
        await using var test = TestPool.Create();
        await using var connection = await test.Pool.OpenConnectionAsync();
        var first = (PooledTransaction)await connection.BeginTransactionAsync();
        await first.CommitAsync();
        var second = (PooledTransaction)await connection.BeginTransactionAsync();
        var work = default(LeaseWork);
        work.Add(second);
        work.Forget(first);
        Assert.Same(second, work.Transaction);
        work.Forget(second);
        Assert.True(work.IsEmpty);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Open_readers_are_stopped_and_closed(bool isAsync)
    {
        await using var test = TestPool.Create();
        await using var connection = await test.Pool.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        await using var reader = Assert.IsType<PooledDataReader>(await command.ExecuteReaderAsync());
        Assert.False(connection.Work.HasReaderInside(connection));
        reader.Enter();
        Assert.True(connection.Work.HasReaderInside(connection));
        Assert.False(connection.Work.TryStopReaders(connection, out _));
        Assert.Throws<InvalidOperationException>(() => reader.Read());
        reader.Leave();
        Assert.True(connection.Work.TryStopReaders(connection, out var readers));
        Assert.Same(reader, Assert.Single(readers!));

        var open = connection.Work.TakeLeftOpen(connection.Gate.ClosingLease, readers);
        Assert.False(reader.IsReleased);
        if (isAsync)
        {
            await open.EndAsync();
        }
        else
        {
            open.End();
        }

        Assert.True(reader.IsReleased);
        Assert.True(connection.Work.TryStopReaders(connection, out readers));
        Assert.Null(readers);
    }

    [Theory]
    [InlineData(SessionReset.ByPool, "other", true, false)]
    [InlineData(SessionReset.ByPool, "stub", false, false)]
    [InlineData(SessionReset.ByPool, "", false, true)]
    [InlineData(SessionReset.ByDriver, "other", false, true)]
    public async Task A_changed_database_is_changed_back_or_costs_the_connection(
        SessionReset clearing, string before, bool isChangedBack, bool isRetired)
    {
        await using var test = TestPool.Create(provider: TestPool.Clearing(clearing));
        var lease = await test.Pool.RentAsync();
        var work = default(LeaseWork);
        work.NoteDatabase(in lease, before);
        Assert.Equal(!isChangedBack, work.IsEmpty);
        Assert.Equal(isChangedBack ? before : null, work.Extras?.DatabaseBefore);
        Assert.Equal(!isChangedBack, work.TakeLeftOpen(in lease, readers: null).IsEmpty);
        Assert.True(work.IsEmpty);
        await lease.DisposeAsync();
        await test.When(counts => counts.Total == (isRetired ? 0 : 1));
    }

    [Fact]
    public void Extras_are_made_when_they_are_needed_and_kept()
    {
        var work = default(LeaseWork);
        Assert.Null(work.Extras);
        Assert.Null(work.StatementWatch);
        var extras = work.RequireExtras();
        Assert.Same(extras, work.RequireExtras());
        work.ForgetAll(_gate);
        Assert.Same(extras, work.Extras);
    }

    private static CommandStatement NewStatement(TestPool test, ConnectionLease lease = default)
    {
        var statement = new CommandStatement(test.Pool, connection: null, opensConnection: false);
        statement.Command.Connection = lease.IsValid ? lease.Connection : null;
        return statement;
    }
}
