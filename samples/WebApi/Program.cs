using Cenote;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.EntityFrameworkCore;
using WebApi;
using WebApi.Orders;

var builder = WebApplication.CreateBuilder(args);

// One pool, named "orders": connection string and settings come from appsettings.json, and follow changes of it.
builder.Services.AddConnectionPool("orders", pool => pool.UseSqlite());

// Warm before Kestrel listens, drained after its last request, watched by the orchestrator.
builder.Services.AddConnectionPoolHosting();
builder.Services.AddHealthChecks().AddConnectionPools();

// A request that a pool refuses gets 503 and Retry-After.
builder.Services.AddConnectionPoolExceptionHandler();

// A live page of the pools, for this machine alone until RequireAuthorization is called on it.
builder.Services.AddCenoteDashboard();

// EF Core and Dapper, side by side on the same connections.
builder.Services.AddDbContext<OrderContext>(options => options.UseSqlite().UseConnectionPool("orders"));
builder.Services.AddHostedService<OrderSchema>();
builder.Services.AddSingleton<SalesReport>();

var app = builder.Build();
app.UseExceptionHandler();
app.MapOrders();
app.MapCenoteDashboard("/pools");
app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") });
app.MapHealthChecks("/healthz/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready"), ResponseWriter = HealthJson.WriteAsync });
app.Run();
