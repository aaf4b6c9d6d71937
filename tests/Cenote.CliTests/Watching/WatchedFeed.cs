using System.Collections.Concurrent;
using Cenote.Cli.Commands;
using Cenote.Cli.Watching;

namespace Cenote.CliTests.Watching;

/// <summary>A feed that runs, and lets a test wait for what it sees.</summary>
internal sealed class WatchedFeed : IAsyncDisposable
{
    /// <summary>Far more than anything needs, however busy the machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _end = new();
    private readonly DashboardClient _client;
    private readonly BlockingCollection<Sight> _sights = [];
    private readonly Task _running;

    public WatchedFeed(TopOptions options)
    {
        _client = new DashboardClient(options, TimeProvider.System);
        _running = new DashboardFeed(_client, options.Pool, TimeProvider.System) { Changed = _sights.Add }.RunAsync(_end.Token);
    }

    /// <summary>The next sight that is as wanted.</summary>
    public Task<Sight> WaitAsync(Func<Sight, bool> isWanted) => Task.Run(() =>
    {
        using var patience = new CancellationTokenSource(Patience);
        return _sights.GetConsumingEnumerable(patience.Token).First(isWanted);
    });

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _client.Dispose();
        _end.Dispose();
        _sights.Dispose();
    }
}
