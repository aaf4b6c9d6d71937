using Cenote;

// Proves that the packages for ASP.NET Core work in a program that is trimmed or compiled ahead of time: serves, asks
// itself, and ends.
var file = Path.Combine(Path.GetTempPath(), $"cenote-web-{Environment.ProcessId}.db");
var builder = WebApplication.CreateSlimBuilder(args);
builder.Configuration["Urls"] = "http://127.0.0.1:0";
builder.Configuration["ConnectionStrings:orders"] = $"Data Source={file}";
builder.Configuration["Cenote:Pools:orders:MaxSize"] = "3";
builder.Configuration["Logging:LogLevel:Default"] = "Warning";
builder.Services.AddConnectionPool("orders", pool => pool.UseSqlite());
builder.Services.AddConnectionPoolHosting();
builder.Services.AddHealthChecks().AddConnectionPools();
builder.Services.AddCenoteDashboard();

await using var app = builder.Build();
app.MapHealthChecks("/healthz");
app.MapCenoteDashboard("/pools");
app.MapGet("/version", async context =>
{
    var pool = context.RequestServices.GetRequiredKeyedService<ConnectionPool>("orders");
    await using var command = pool.CreateCommand("SELECT 'SQLite ' || sqlite_version()");
    var version = await command.ExecuteScalarAsync(context.RequestAborted);
    await context.Response.WriteAsync($"{pool.GetStatistics().MaxSize} connections to {version}", context.RequestAborted);
});

try
{
    await app.StartAsync();
    using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    await ExpectAsync(client, "/healthz", "Healthy");
    await ExpectAsync(client, "/version", "3 connections to SQLite 3.");
    await ExpectAsync(client, "/pools/", "<html");
    await ExpectAsync(client, "/pools/api/overview", "\"orders\"");
    await app.StopAsync();
    return 0;
}
catch (Exception exception)
{
    Console.Error.WriteLine(exception);
    return 1;
}
finally
{
    foreach (var path in (string[])[file, file + "-wal", file + "-shm"])
    {
        File.Delete(path);
    }
}

static async Task ExpectAsync(HttpClient client, string path, string part)
{
    using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
    var text = await response.Content.ReadAsStringAsync();
    if (!response.IsSuccessStatusCode || !text.Contains(part, StringComparison.Ordinal))
    {
        throw new InvalidOperationException($"{path} answered {(int)response.StatusCode} without '{part}': {text}");
    }

    Console.WriteLine($"{path}: {part}");
}
