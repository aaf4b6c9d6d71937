namespace Cenote.Tests.AdoNet;

/// <summary>Rows that are asked for with a token that is signalled already.</summary>
public sealed class SignalledReadTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_cancel_is_sent_and_the_caller_sees_a_cancellation_if_it_throws(bool isResult)
    {
        await using var test = await TestPool.FullAsync(1, script: new CallScript().At(StubCall.Cancel, 1, StubStep.Fail()));
        await using var connection = await test.Pool.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        await using var reader = await command.ExecuteReaderAsync();
        var token = new CancellationToken(canceled: true);
        for (var i = 0; i < 3; i++)
        {
            var reading = isResult ? reader.NextResultAsync(token) : reader.ReadAsync(token);
            Assert.Equal(token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading)).CancellationToken);
            Assert.True(reading.IsCanceled);
        }

        Assert.Equal(1, test.Database.Calls(StubCall.Cancel).Started);
    }

    [Fact]
    public async Task A_cancel_that_hangs_does_not_keep_the_thread_that_reads()
    {
        var gate = new StubGate();
        await using var test = await TestPool.FullAsync(1, script: new CallScript().At(StubCall.Cancel, 1, StubStep.Hang(gate)));
        await using var connection = await test.Pool.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        await using var reader = await command.ExecuteReaderAsync();
        var reading = await Patience.OnOwnThread(() => reader.ReadAsync(new CancellationToken(canceled: true))).Soon();
        await test.Database.CallStarted(StubCall.Cancel, 1).Soon();
        Assert.False(reading.IsCompleted);
        gate.Release();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.Soon());
    }
}
