using Cenote.StubDriver;

namespace Cenote.AdoNetTests;

/// <summary>
/// Connections used by one thread while another closes and opens them. The stub driver notices two calls in one session
/// at once, and calls into a session that the pool is clearing or has closed.
/// </summary>
public class SharedConnectionTests
{
    private const int Sharers = 3;
    private const int Rounds = 4000;
    private const int Calls = 500;

    [Theory]
    [InlineData(SessionReset.ByPool, false)]
    [InlineData(SessionReset.ByPool, true)]
    [InlineData(SessionReset.ByDriver, false)]
    [InlineData(SessionReset.ByDriver, true)]
    public async Task No_call_ever_meets_the_pool_or_another_holder(SessionReset clearing, bool isAsync)
    {
        var database = new StubDatabase();
        await using (var pool = new ConnectionPool(
            new StubProvider(database) { Clearing = clearing }, new ConnectionPoolOptions { MinSize = 0, MaxSize = Sharers }))
        {
            var work = Enumerable.Range(0, Sharers).SelectMany(_ =>
            {
                var connection = (PooledConnection)pool.CreateConnection();
                var progress = new Progress();
                return new[]
                {
                    OnThread(() => Use(connection, progress)),
                    OnThread(() => OpenAndClose(connection, isAsync, progress)),
                };
            });
            await Task.WhenAll(work.ToArray());

            Assert.Empty(Violations(database));
            Assert.Equal(0, pool.GetStatistics().Counts.Leased);
        }

        Assert.Empty(Violations(database));
    }

    // The stub takes each command for a holder: the second command of a lease finds the leavings of the first.
    private static IEnumerable<string> Violations(StubDatabase database) =>
        database.Violations.Where(violation => !violation.EndsWith("was rented before it was reset", StringComparison.Ordinal));

    private static void Use(PooledConnection connection, Progress progress)
    {
        var command = connection.Command("anything");
        while (!progress.IsDone)
        {
            try
            {
                command.ExecuteScalar();
                if (++progress.Calls % 10 == 0)
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
    }

    private static void OpenAndClose(PooledConnection connection, bool isAsync, Progress progress)
    {
        for (var i = 0; i < Rounds || progress.Calls < Calls; i++)
        {
            try
            {
                connection.Open();
                Thread.SpinWait(i % 500);
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

        progress.IsDone = true;
    }

    private static Task OnThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private sealed class Progress
    {
        public volatile bool IsDone;
        public volatile int Calls;
    }
}
