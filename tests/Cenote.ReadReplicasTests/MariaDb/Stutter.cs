namespace Cenote.ReadReplicasTests.MariaDb;

/// <summary>Stops and starts the replay of a replica, again and again.</summary>
internal sealed class Stutter : IAsyncDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly Task _running;

    internal Stutter(MariaDbServer replica) => _running = Task.Run(() => RunAsync(replica));

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _running;
        _over.Dispose();
    }

    private async Task RunAsync(MariaDbServer replica)
    {
        using var beats = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!_over.IsCancellationRequested)
        {
            await replica.PauseReplayAsync();
            await beats.WaitForNextTickAsync();
            await replica.ResumeReplayAsync();
            await beats.WaitForNextTickAsync();
        }
    }
}
