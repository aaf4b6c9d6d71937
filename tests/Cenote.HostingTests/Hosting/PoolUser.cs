namespace Cenote.HostingTests.Hosting;

/// <summary>
/// Uses the pool at every moment at which a service of a host may still have work to do: when told to stop, after all
/// have stopped, when disposed of.
/// </summary>
internal sealed class PoolUser(string name) : BackgroundService, IHostedLifecycleService, IAsyncDisposable
{
    private readonly TaskCompletionSource _executing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isDisposed;

    /// <summary>
    /// Completes when its background work has begun: a service that is stopped before that never runs.
    /// </summary>
    public Task Executing => _executing.Task;

    public Func<string, Task> Use { get; set; } = static _ => throw new InvalidOperationException("Nothing to use.");

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Use($"{name}-stopped");

    public async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            await Use($"{name}-disposed");
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _executing.SetResult();
        var stopping = new TaskCompletionSource();
        await using var registration = stoppingToken.Register(stopping.SetResult);
        await stopping.Task;
        await Use($"{name}-executed");
    }
}
