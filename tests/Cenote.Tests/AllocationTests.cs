namespace Cenote.Tests;

/// <summary>
/// What a lease costs the garbage collector. Not in parallel: other tests would tier up the same code meanwhile.
/// </summary>
[Collection(nameof(Connections.BlockedThreadPool))]
public sealed class AllocationTests
{
    private const int Cycles = 100_000;

    // The base class alone takes 48 bytes (Component, StateChange and a flag).
    private const int BytesOfConnection = 64;

    // The connection and the command. The statement and the command of the driver are kept.
    private const int BytesOfStatement = BytesOfConnection + 48;

    [Fact]
    public void Renting_and_returning_allocates_nothing()
    {
        using var pool = NewPool();

        Assert.Equal(0, MeasurePerCycle(() => pool.Rent().Dispose()));
    }

    [Fact]
    public void Renting_and_returning_asynchronously_allocates_nothing()
    {
        using var pool = NewPool();

        Assert.Equal(0, MeasurePerCycle(() =>
        {
            var rent = pool.RentAsync();
            Assert.True(rent.IsCompletedSuccessfully);
            var back = rent.Result.DisposeAsync();
            Assert.True(back.IsCompletedSuccessfully);
        }));
    }

    [Fact]
    public void A_token_that_may_be_signalled_changes_nothing_about_it()
    {
        using var pool = NewPool();
        using var source = new CancellationTokenSource();

        Assert.Equal(0, MeasurePerCycle(() =>
        {
            var rent = pool.RentAsync(source.Token);
            Assert.True(rent.IsCompletedSuccessfully);
            rent.Result.Dispose();
        }));
    }

    [Fact]
    public void Looking_for_nested_rents_allocates_no_task_for_a_rent_that_is_served_at_once()
    {
        using var pool = NewPool(NestedRentBehavior.Throw);

        var blocking = MeasurePerCycle(() => pool.Rent().Dispose());
        Assert.Equal(blocking, MeasurePerCycle(() =>
        {
            var rent = pool.RentAsync();
            Assert.True(rent.IsCompletedSuccessfully);
            rent.Result.Dispose();
        }));
    }

    [Fact]
    public void Opening_and_closing_allocates_the_connection_object_alone()
    {
        using var pool = NewPool();

        Assert.Equal(BytesOfConnection, MeasurePerCycle(() => pool.OpenConnection().Dispose()));
    }

    [Fact]
    public void Opening_and_closing_asynchronously_allocates_the_connection_object_alone()
    {
        using var pool = NewPool();

        Assert.Equal(BytesOfConnection, MeasurePerCycle(() =>
        {
            var opening = pool.OpenConnectionAsync();
            Assert.True(opening.IsCompletedSuccessfully);
            var closing = opening.Result.DisposeAsync();
            Assert.True(closing.IsCompletedSuccessfully);
        }));
    }

    [Fact]
    public void A_statement_allocates_the_connection_and_the_command_alone()
    {
        using var pool = NewPool();

        var bytes = MeasurePerCycle(() =>
        {
            using var connection = pool.OpenConnection();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1";
            command.ExecuteScalar();
        });
        
        // The stub boxes its answer (24 bytes), unless the compiler finds that it is not used.
        Assert.InRange(bytes, BytesOfStatement, BytesOfStatement + 24);
    }

    [Fact]
    public async Task A_hand_over_allocates_nothing_in_steady_state()
    {
        await using var pool = new ConnectionPool(
            new StubProvider(new StubDatabase()), new ConnectionPoolOptions { MinSize = 1, MaxSize = 1, ResetMode = ResetMode.None });
        await pool.WaitUntilReadyAsync().Soon();
        var fewest = long.MaxValue;
        for (var round = 0; round < 10; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CycleAsync(pool, 5_000))).Soon();
            fewest = Math.Min(fewest, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        // What the test itself and the rest of the process allocate, less than a byte a hand-over.
        Assert.InRange(fewest / 20_000.0, 0, 1);

        static async Task CycleAsync(ConnectionPool pool, int count)
        {
            for (var i = 0; i < count; i++)
            {
                var lease = await pool.RentAsync();
                await Task.Yield();
                lease.Dispose();
            }
        }
    }

    private static ConnectionPool NewPool(NestedRentBehavior nested = NestedRentBehavior.Allow)
    {
        var pool = new ConnectionPool(
            new StubProvider(new StubDatabase()) { ClearsInline = true },
            new ConnectionPoolOptions { MinSize = 1, MaxSize = 1, NestedRentBehavior = nested });
        pool.Rent().Dispose();
        return pool;
    }

    /// <summary>Bytes allocated by one cycle on this thread, warmed up.</summary>
    private static double MeasurePerCycle(Action cycle)
    {
        for (var i = 0; i < Cycles; i++)
        {
            cycle();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Cycles; i++)
        {
            cycle();
        }

        // Once a second upkeep may stale or validate the connection: a few cycles in so many take the slow path.
        return Math.Floor((GC.GetAllocatedBytesForCurrentThread() - before) / (double)Cycles);
    }
}
