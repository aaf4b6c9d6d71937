using Cenote.Providers;
using Cenote.StubDriver;

namespace Cenote.AdoNetTests;

/// <summary>
/// Connections used by one thread while another closes and opens them. The stub driver notices two calls in one session at once,
/// and calls into a session that the pool is clearing or has closed.
/// </summary>
public class SharedConnectionTests
{
    private const int Sharers = 3;
    private const int Rounds = 4000;

    [Theory]
    [InlineData(SessionClearing.OwnReset, false)]
    [InlineData(SessionClearing.OwnReset, true)]
    [InlineData(SessionClearing.DriverReset, false)]
    [InlineData(SessionClearing.DriverReset, true)]
    public async Task No_call_ever_meets_the_pool_or_another_holder(SessionClearing clearing, bool isAsync)
    {
        var database = new StubDatabase();
        await using (var pool = new ConnectionPool(
            new StubProvider(database) { Clearing = clearing }, new ConnectionPoolOptions { MinSize = 0, MaxSize = Sharers }))
        {
            var work = Enumerable.Range(0, Sharers).SelectMany(_ =>
            {
                var connection = (PooledConnection)pool.CreateConnection();
                var isDone = new StrongBox<bool>();
                return new[]
                {
                    OnThread(() => Use(connection, isDone)),
                    OnThread(() => OpenAndClose(connection, isAsync, isDone)),
                };
            });
            var calls = (await Task.WhenAll(work.ToArray())).Sum();

            Assert.True(calls > 0);
            Assert.Empty(Violations(database));
            Assert.Equal(0, pool.GetStatistics().Counts.Leased);
        }

        Assert.Empty(Violations(database));
    }

    // The stub takes each command for a holder: the second command of a lease finds the leavings of the first.
    private static IEnumerable<string> Violations(StubDatabase database) =>
        database.Violations.Where(violation => !violation.EndsWith("was lent uncleared", StringComparison.Ordinal));

    private static long Use(PooledConnection connection, StrongBox<bool> isDone)
    {
        var done = 0L;
        var command = connection.Command("anything");
        while (!Volatile.Read(ref isDone.Value))
        {
            try
            {
                command.ExecuteScalar();
                done++;
                if (done % 10 == 0)
                {
                    using var transaction = connection.BeginTransaction();
                    command.ExecuteNonQuery();
                    transaction.Commit();
                    command.Dispose();
                    command = connection.Command("anything");
                }
            }
            catch (InvalidOperationException)
            {
                // It was closed just now.
            }
        }

        return done;
    }

    private static long OpenAndClose(PooledConnection connection, bool isAsync, StrongBox<bool> isDone)
    {
        for (var i = 0; i < Rounds; i++)
        {
            try
            {
                connection.Open();
                Thread.SpinWait(i % 97);
            }
            catch (InvalidOperationException)
            {
                // A call was still inside when it was closed: it is not back yet.
            }

            if (isAsync)
            {
                connection.CloseAsync().GetAwaiter().GetResult();
            }
            else
            {
                connection.Close();
            }
        }

        Volatile.Write(ref isDone.Value, true);
        return 0;
    }

    private static Task<long> OnThread(Func<long> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private sealed class StrongBox<T>
    {
        public T? Value;
    }
}
