using Cenote.StubDriver;

namespace Cenote.Tests.AdoNet;

/// <summary>
/// A holder that closes its connection and opens it again right after a cancelled statement, while the thread that sent
/// the cancel leaves the driver.
/// </summary>
public sealed class ReopenAfterCancelTests
{
    private const int Rounds = 300;

    [Fact]
    public async Task Connection_opens_again_right_after_a_cancelled_statement()
    {
        var script = new CallScript();
        await using var test = await TestPool.FullAsync(1, script: script);
        await using var connection = test.Pool.CreateConnection();
        for (var round = 1; round <= Rounds; round++)
        {
            var (statement, cancel) = (new StubGate(), new StubGate());
            script.At(StubCall.Execute, round, StubStep.Hang(statement, honoursCancellation: false)).At(StubCall.Cancel, round, StubStep.Hang(cancel));
            using var source = new CancellationTokenSource();
            await connection.OpenAsync();
            var holder = Patience.OnOwnThread(() => ExecuteAndReopen(connection, source.Token));
            await test.Database.CallStarted(StubCall.Execute, round).Soon();
            var canceller = Patience.OnOwnThread(() =>
            {
                source.Cancel();
                return true;
            });
            await test.Database.CallStarted(StubCall.Cancel, round).Soon();

            statement.Release();
            cancel.Release();

            Assert.True(await holder.Soon());
            await canceller.Soon();
        }

        Assert.Equal(0, test.Counts.Leased);
    }

    private static bool ExecuteAndReopen(PooledConnection connection, CancellationToken cancellationToken)
    {
        using var command = connection.CreateCommand();
        try
        {
            command.ExecuteScalarAsync(cancellationToken).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // The statement may have been faster than its cancel, or not.
        }

        connection.Close();
        connection.Open();
        var isOpen = connection.State == System.Data.ConnectionState.Open;
        connection.Close();
        return isOpen;
    }
}
