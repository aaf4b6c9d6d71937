namespace Cenote.Tests.AdoNet;

/// <summary>
/// A request to cancel travels on a way of its own and may arrive late, when the connection already serves another
/// holder. The drivers guard against that in ways of their own; these tests show the pool's own guard, on a driver that
/// has none.
/// </summary>
public sealed class CancelUnderWayTests
{
    public enum Way
    {
        /// <summary>The caller's token.</summary>
        Token,

        /// <summary>The query timeout.</summary>
        Timeout,

        /// <summary><see cref="System.Data.Common.DbCommand.Cancel"/> from another thread.</summary>
        Cancel,
    }

    [Theory]
    [InlineData(Way.Token, SessionReset.ByPool)]
    [InlineData(Way.Token, SessionReset.ByDriver)]
    [InlineData(Way.Timeout, SessionReset.ByPool)]
    [InlineData(Way.Cancel, SessionReset.ByPool)]
    public async Task A_connection_waits_for_the_cancel_that_its_ended_statement_left(
        Way way, SessionReset clearing)
    {
        var (statement, cancel) = (new StubGate(), new StubGate());
        await using var test = await TestPool.FullAsync(
            1,
            provider: TestPool.Clearing(clearing),
            script: new CallScript().At(StubCall.Execute, 1, StubStep.Hang(statement)).At(StubCall.Cancel, 1, StubStep.Hang(cancel)));
        using var source = new CancellationTokenSource();
        await using var connection = await test.Pool.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        connection.QueryTimeout = way == Way.Timeout ? TimeSpan.FromMilliseconds(200) : null;
        var holder = Patience.OnOwnThread(() =>
        {
            var session = (int)command.ExecuteScalarAsync(source.Token).GetAwaiter().GetResult()!;
            connection.Close();
            return session;
        });
        await test.StatisticsAre(_ => test.Database.Calls(StubCall.Execute).Running == 1);
        var next = test.Pool.RentAsync().AsTask();
        var cancelling = Patience.OnOwnThread(() =>
        {
            switch (way)
            {
                case Way.Token:
                    source.Cancel();
                    break;
                case Way.Timeout:
                    test.Time.Advance(TimeSpan.FromMilliseconds(200));
                    break;
                default:
                    command.Cancel();
                    break;
            }

            return true;
        });
        await test.StatisticsAre(_ => test.Database.Calls(StubCall.Cancel).Running == 1);

        // The statement was faster.
        statement.Release();
        await test.StatisticsAre(_ => test.Database.Calls(StubCall.Execute).Running == 0);
        for (var i = 0; i < 100; i++)
        {
            await Task.Yield();
            Assert.Equal((1, false), (test.Counts.Leased, next.IsCompleted));
        }

        cancel.Release();
        var first = await holder.Soon();
        await cancelling.Soon();
        using var lease = await next.Soon();
        Assert.NotEqual(first, lease.SessionId());
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.CancelOutcomeUnknown]);
    }
}
