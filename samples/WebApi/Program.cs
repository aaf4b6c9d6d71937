using Cenote;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using WebApi;
using WebApi.Orders;

var builder = WebApplication.CreateBuilder(args);

// One pool over SQLite, or with --environment Replicas a replica set of PostgreSQL.
var hasReplicas = builder.Configuration.HasReplicas();
if (hasReplicas)
{
    OrderDatabase.AddReplicaSet(builder.Services, Convert.FromBase64String(builder.Configuration["TokenSigningKey"] ?? throw new InvalidOperationException("Configure TokenSigningKey: 16 bytes or more in base64, the same in every instance.")));
}
else
{
    OrderDatabase.AddPool(builder.Services);
}

// Warm before Kestrel listens, drained after its last request, watched by the orchestrator.
builder.Services.AddConnectionPoolHosting();
builder.Services.AddHealthChecks().AddConnectionPools();

// A request that a pool refuses gets 503 and Retry-After.
builder.Services.AddConnectionPoolExceptionHandler();

// A live page of the pools, for this machine alone until RequireAuthorization is called on it.
builder.Services.AddCenoteDashboard();

builder.Services.AddHostedService<OrderSchema>();
builder.Services.AddSingleton<SalesReport>();

var app = builder.Build();
app.UseExceptionHandler();
if (hasReplicas)
{
    // A client finds its own orders, on whatever server.
    app.UseCausalReads("orders", options => options.CookieName = "orders-token");
}

app.MapOrders();
app.MapCenoteDashboard("/pools");
app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") });
app.MapHealthChecks("/healthz/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready"), ResponseWriter = HealthJson.WriteAsync });
app.Run();
