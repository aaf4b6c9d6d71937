using System.Runtime.CompilerServices;

namespace Cenote.AdoNetTests;

public class LeakTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task A_connection_collected_while_open_is_taken_back_and_its_session_closed(Db db)
    {
        await using var pool = TestPool.Create(db);
        var driver = Leak(pool);
        var next = pool.OpenConnectionAsync().AsTask();
        while (!next.IsCompleted)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        await using var connection = await next;
        Assert.NotEqual(driver, RuntimeHelpers.GetHashCode(connection.Unwrap<DbConnection>()));
        Assert.Equal(1, pool.GetStatistics().ConnectionsClosedByReason[CloseReason.Abandoned]);
    }

    [Fact]
    public async Task A_connection_opened_again_after_a_close_is_taken_back_as_well()
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        Leak(pool, reopens: true);
        var next = pool.OpenConnectionAsync().AsTask();
        while (!next.IsCompleted)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        await using var connection = await next;
        Assert.Equal(1, pool.GetStatistics().ConnectionsClosedByReason[CloseReason.Abandoned]);
    }

    [Fact]
    public async Task A_returned_connection_is_not_taken_back_again()
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        ReturnAndForget(pool);
        await using var holder = await pool.OpenConnectionAsync();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(1, await holder.ReadNumberAsync("SELECT 1"));
        Assert.False(pool.GetStatistics().ConnectionsClosedByReason.TryGetValue(CloseReason.Abandoned, out var abandoned) && abandoned > 0);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_reader_keeps_its_connection_from_being_collected(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var reader = pool.OpenConnection().Command(Sql.Numbers(10)).ExecuteReader();
        var count = 0;
        while (reader.Read())
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            count++;
        }

        Assert.Equal(10, count);
        Assert.Equal(1, pool.GetStatistics().Counts.Leased);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Leak(ConnectionPool pool, bool reopens = false)
    {
        var connection = pool.OpenConnection();
        if (reopens)
        {
            connection.Close();
            connection.Open();
        }

        Assert.Equal(1, connection.Command("SELECT 1").ExecuteScalar().ToNumber());
        return RuntimeHelpers.GetHashCode(connection.Unwrap<DbConnection>());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReturnAndForget(ConnectionPool pool)
    {
        var connection = pool.OpenConnection();
        connection.Close();
        connection.Open();
        connection.Close();
        pool.OpenConnection().Dispose();
    }
}
