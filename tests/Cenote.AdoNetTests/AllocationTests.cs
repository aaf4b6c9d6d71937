namespace Cenote.AdoNetTests;

public class AllocationTests
{
    // Npgsql's own pooled connection costs 184 bytes a cycle.
    private const int BytesPerCycle = 64;
    private const int Cycles = 10_000;

    [Fact]
    public async Task Opening_and_disposing_costs_the_connection_object_alone()
    {
        await using var pool = TestPool.Create(Db.Sqlite, configure: options => options.ResetMode = ResetMode.None);
        Measure(() => pool.OpenConnection().Dispose());
        Assert.Equal(BytesPerCycle, Measure(() => pool.OpenConnection().Dispose()));
    }

    [Fact]
    public async Task Opening_again_costs_nothing()
    {
        await using var pool = TestPool.Create(Db.Sqlite, configure: options => options.ResetMode = ResetMode.None);
        await using var connection = pool.CreateConnection();
        void Cycle()
        {
            connection.Open();
            connection.Close();
            Assert.True(connection.OpenAsync().IsCompletedSuccessfully);
            Assert.True(connection.CloseAsync().IsCompletedSuccessfully);
        }

        Measure(Cycle);
        Assert.Equal(0, Measure(Cycle));
    }

    private static long Measure(Action cycle)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Cycles; i++)
        {
            cycle();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Cycles;
    }
}
