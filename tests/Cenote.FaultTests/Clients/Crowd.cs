namespace Cenote.FaultTests.Clients;

/// <summary>Concurrent clients of one pool, of every style.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private static readonly RentStyle[] Styles =
    [
        RentStyle.Lease, RentStyle.Pooled, RentStyle.Blocking, RentStyle.Impatient, RentStyle.Lease,
        RentStyle.Pooled, RentStyle.Blocking, RentStyle.Lease, RentStyle.Pooled, RentStyle.Lease,
    ];

    private readonly List<Client> _clients;
    private CancellationTokenSource? _stop;
    private List<Task> _running = [];

    internal Crowd(LabPool pool, Work work)
    {
        Ledger = new Ledger(Styles.Length, pool.Deadline);
        _clients = [.. Styles.Select((style, id) => new Client(id, style, pool, work, Holders, Ledger))];
    }

    internal HolderTable Holders { get; } = new();

    internal Ledger Ledger { get; }

    internal void Start()
    {
        _stop = new CancellationTokenSource();
        var stop = _stop.Token;
        _running =
        [
            .. _clients.Select(client => client.Style == RentStyle.Blocking
                ? Task.Factory.StartNew(() => client.Run(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                : client.RunAsync(stop)),
        ];
    }

    /// <summary>Lets every client end what it is doing.</summary>
    /// <exception cref="TimeoutException">One hangs.</exception>
    internal async Task StopAsync()
    {
        if (_stop is null)
        {
            return;
        }

        await _stop.CancelAsync();
        try
        {
            await Task.WhenAll(_running).Soon();
        }
        catch (TimeoutException exception)
        {
            var hanging = _clients.Where((_, id) => !_running[id].IsCompleted);
            throw new TimeoutException($"Hanging: {string.Join("; ", hanging)}.", exception);
        }

        _stop.Dispose();
        _stop = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
