namespace Cenote.Tests.AdoNet;

/// <summary>Statements that their owner does not dispose of are detached beyond a number; not while they run.</summary>
public sealed class RunningStatementTests
{
    [Fact]
    public async Task A_running_command_stays_on_its_connection_however_many_others_are_attached()
    {
        var gate = new StubGate();
        await using var test = await TestPool.FullAsync(1, script: new CallScript().At(StubCall.Execute, 1, StubStep.Hang(gate)));
        await using var connection = await test.Pool.OpenConnectionAsync();
        var running = connection.CreateCommand();
        var call = Patience.OnOwnThread(running.ExecuteScalar);
        await test.Database.CallStarted(StubCall.Execute, 1).Soon();
        var others = Enumerable.Range(0, 40).Select(_ => connection.CreateCommand()).ToList();
        others.ForEach(command => command.Prepare());

        Assert.NotNull(running.Unwrap<StubCommand>().Connection);
        gate.Release();
        Assert.Equal(connection.Unwrap<StubConnection>().Session!.Id, await call.Soon());

        // At rest it is one of the statements that may go.
        others.ForEach(command => command.Dispose());
        for (var i = 0; i < 80; i++)
        {
            connection.CreateCommand().Prepare();
        }

        Assert.Null(running.Unwrap<StubCommand>().Connection);
    }
}
