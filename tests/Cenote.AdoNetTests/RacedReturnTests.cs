using Microsoft.Data.Sqlite;

namespace Cenote.AdoNetTests;

/// <summary>
/// A connection closed while another thread is inside the driver is not rented again before that thread is out.
/// </summary>
public class RacedReturnTests
{
    [Theory]
    [InlineData("command", true)]
    [InlineData("command", false)]
    [InlineData("reader", true)]
    [InlineData("reader", false)]
    [InlineData("reader left open", true)]
    [InlineData("reader left open", false)]
    public async Task The_call_inside_returns_it(string what, bool isAsync)
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        var connection = await pool.OpenConnectionAsync();
        var driver = connection.Unwrap<SqliteConnection>();
        using var isInside = new ManualResetEventSlim();
        using var mayLeave = new ManualResetEventSlim();
        driver.CreateFunction("hold", (long x) =>
        {
            if (x == 2)
            {
                isInside.Set();
                mayLeave.Wait();
            }

            return x;
        });

        var command = connection.Command($"SELECT hold(x) FROM ({Sql.Numbers(3)})");
        var work = Task.Factory.StartNew(
            () =>
            {
                if (what == "command")
                {
                    command.CommandText = "SELECT hold(2)";
                    command.ExecuteScalar();
                }
                else
                {
                    var reader = command.ExecuteReader();
                    while (reader.Read() && reader.GetInt64(0) < 2)
                    {
                    }

                    if (what == "reader")
                    {
                        reader.Dispose();
                    }
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        isInside.Wait();

        // Must not wait for the other thread.
        if (isAsync)
        {
            await connection.CloseAsync();
        }
        else
        {
            connection.Close();
        }

        Assert.Equal(ConnectionState.Closed, connection.State);
        Assert.Equal(1, pool.GetStatistics().Counts.Leased);
        var opening = pool.OpenConnectionAsync().AsTask();
        Assert.Throws<InvalidOperationException>(() => connection.Command("SELECT 1").ExecuteScalar());
        Assert.Throws<InvalidOperationException>(connection.Open);
        Assert.False(opening.IsCompleted);

        mayLeave.Set();
        await using var next = await opening;
        Assert.Equal(1, await next.ReadNumberAsync("SELECT 1"));
        await Record.ExceptionAsync(() => work);
        Assert.Equal(1, await next.ReadNumberAsync("SELECT 1"));
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Returns_at_random_moments_never_mix_up_holders(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 4);
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var wrong = 0;
        for (var round = 0; round < 60; round++)
        {
            var spins = random.Next(2000);
            var connections = await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ => await pool.OpenConnectionAsync()));
            var returned = connections[0];
            var used = connections[1];

            // A late user of one connection, whose session the holder of the next lease may get.
            var late = Task.Run(async () =>
            {
                try
                {
                    for (var i = 0; i < 50; i++)
                    {
                        await using var reader = await returned.Command("SELECT -1").ExecuteReaderAsync();
                        while (await reader.ReadAsync())
                        {
                            if (reader.GetValue(0).ToNumber() != -1)
                            {
                                Interlocked.Increment(ref wrong);
                            }
                        }
                    }
                }
                catch (Exception exception) when (exception is InvalidOperationException or DbException or NullReferenceException or IOException)
                {
                    // What it is told depends on where the return met it; that it reads no foreign row does not.
                }
            });
            Thread.SpinWait(spins);
            await returned.CloseAsync();
            for (var i = 0; i < 5; i++)
            {
                await using var next = await pool.OpenConnectionAsync();
                Assert.Equal(i, await next.ReadNumberAsync($"SELECT {i}"));
            }

            Assert.Equal(7, await used.ReadNumberAsync("SELECT 7"));
            await late;
            await used.DisposeAsync();
        }

        Assert.True(wrong == 0, $"seed {seed}: {wrong} foreign rows were read");
    }
}
