using ReadReplicas;

await using var orders = Servers.Build();

// Probes run once a second by themselves; a program that has just started need not wait for the first.
await orders.ProbeAsync();
Report.Servers(orders, "The servers, after a first probe");

await Shop.PrepareAsync(orders);
await Routing.ShowAsync(orders);
await CausalReads.ShowAsync(orders);
Report.Servers(orders, "In the end");
