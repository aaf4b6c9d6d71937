using ReadReplicas;

await using var orders = Servers.Build();

await orders.WaitUntilReadyAsync();
await Task.WhenAll(orders.Servers.Select(server => server.Pool.WaitUntilReadyAsync()));
Report.Servers(orders, "The servers");

await Shop.PrepareAsync(orders);
await Routing.ShowAsync(orders);
await CausalReads.ShowAsync(orders);
Report.Servers(orders, "In the end");
