namespace Cenote.BrowserTests.Sites;

/// <summary>
/// An application with one pool, "orders" on SQLite, some of whose connections are held: site and pool begin and end
/// together.
/// </summary>
internal sealed class RunningApp : IAsyncDisposable
{
    private readonly TestPools _pools;
    private readonly Holders _holders;
    private bool _ended;

    private RunningApp(TestPools pools, Holders holders, Site site)
    {
        _pools = pools;
        _holders = holders;
        Site = site;
    }

    internal Site Site { get; }

    internal ConnectionPool Pool => _pools.Registry["orders"];

    /// <param name="port">Where it listens; 0 for anywhere.</param>
    /// <param name="held">How many connections of at most 4 are held.</param>
    /// <param name="options">More about the site.</param>
    internal static async Task<RunningApp> StartAsync(int port = 0, int held = 0, SiteOptions? options = null)
    {
        var pools = new TestPools();
        var holders = await Holders.HoldAsync(await pools.AddSqliteAsync("orders"), held, waiters: 0);
        return new RunningApp(pools, holders, await Site.StartAsync((options ?? new SiteOptions()) with { Registry = pools.Registry, Port = port }));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_ended)
        {
            _ended = true;
            await Site.DisposeAsync();
            await _holders.DisposeAsync();
            await _pools.DisposeAsync();
        }
    }
}
