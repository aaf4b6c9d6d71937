using Cenote;
using ReadReplicas;

await using var orders = Servers.Build();
using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
try
{
    await orders.WaitUntilReadyAsync(patience.Token);
    await Task.WhenAll(orders.Servers.Select(server => server.Pool.WaitUntilReadyAsync(patience.Token)));

    // On a busy machine the first probe of a server may have been too late.
    while (orders.Servers.Any(server => server.State != ReplicaSetServerState.Serving))
    {
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
        await orders.ProbeAsync(patience.Token);
    }
}
catch (OperationCanceledException)
{
    Report.Servers(orders, "Not every server is there");
    return 1;
}

Report.Servers(orders, "The servers");
await Shop.PrepareAsync(orders);
await Routing.ShowAsync(orders);
await CausalReads.ShowAsync(orders);
Report.Servers(orders, "In the end");
return 0;
