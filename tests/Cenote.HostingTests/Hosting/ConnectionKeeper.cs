namespace Cenote.HostingTests.Hosting;

/// <summary>Keeps one connection from its start to its stop: a listener for notifications, for example.</summary>
internal sealed class ConnectionKeeper : IHostedService
{
    private ConnectionLease _lease;

    public ConnectionPool? Pool { get; set; }

    public async Task StartAsync(CancellationToken cancellationToken) => _lease = await Pool!.RentAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _lease.Dispose();
        return Task.CompletedTask;
    }
}
