using System.Net;
using Microsoft.Extensions.Options;

namespace Cenote.HostingTests;

/// <summary>What a client gets where a pool refuses a request: on Kestrel, with a real database.</summary>
public sealed class RefusedRequestTests
{
    [Fact]
    public async Task An_acquire_timeout_is_answered_with_503_and_Retry_After()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = await StartAsync(database, static options => options.AcquireTimeout = TimeSpan.FromMilliseconds(50));
        await using var first = await app.Pool.RentAsync(TimeSpan.FromMinutes(5));
        await using var second = await app.Pool.RentAsync(TimeSpan.FromMinutes(5));

        using var response = await app.Client.GetAsync(new Uri(app.Address, "/open"));

        await AssertRefusedAsync(response, "The database is busy.", 1, 3);
    }

    [Fact]
    public async Task An_overload_is_answered_at_once_with_503_and_Retry_After()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = await StartAsync(
            database,
            static options => (options.AcquireTimeout, options.MaxWaiters) = (TimeSpan.FromMinutes(5), 1),
            static answers => answers.RetryAfter = TimeSpan.FromSeconds(7));
        var (first, second) = (await app.Pool.RentAsync(), await app.Pool.RentAsync());
        var waiting = app.Pool.RentAsync().AsTask();

        using var response = await app.Client.GetAsync(new Uri(app.Address, "/open"));

        await AssertRefusedAsync(response, "The database is busy.", 7, 15);
        first.Dispose();
        (await waiting.Soon()).Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task An_open_circuit_is_answered_with_503_also_as_the_cause_of_another_exception()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = await StartAsync(database, static _ => { });
        app.Pool.IsolateCircuit();
        app.Pool.Clear();

        using var response = await app.Client.GetAsync(new Uri(app.Address, "/wrapped"));

        await AssertRefusedAsync(response, "The database is not available.", 1, 3);
    }

    [Fact]
    public async Task A_failure_of_the_application_stays_500()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = await StartAsync(database, static _ => { });

        using var response = await app.Client.GetAsync(new Uri(app.Address, "/bug"));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Null(response.Headers.RetryAfter);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(3601)]
    public async Task A_pause_out_of_range_fails_the_start(double seconds)
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(
            () => StartAsync(database, static _ => { }, answers => answers.RetryAfter = TimeSpan.FromSeconds(seconds)));

        Assert.Contains("from 1 second to 1 hour", exception.Message);
    }

    private static async Task<HostedApp> StartAsync(
        TestDatabase database, Action<ConnectionPoolOptions> pool, Action<AspNetCore.PoolExceptionHandlerOptions>? answers = null)
    {
        var app = HostedApp.Create(
            database.CreateProvider,
            options =>
            {
                (options.MinSize, options.MaxSize) = (0, 2);
                pool(options);
            },
            services: services => services.AddConnectionPoolExceptionHandler(answers));
        app.App.UseExceptionHandler();
        app.App.MapGet("/open", async () =>
        {
            await using var connection = await app.Pool.OpenConnectionAsync();
        });
        app.App.MapGet("/wrapped", async () =>
        {
            try
            {
                await using var connection = await app.Pool.OpenConnectionAsync();
            }
            catch (PoolException exception)
            {
                throw new InvalidOperationException("An exception that a library makes of it.", exception);
            }
        });
        app.App.MapGet("/bug", static () => { throw new InvalidOperationException("A bug."); });
        return await app.StartAsync();
    }

    private static async Task AssertRefusedAsync(HttpResponseMessage response, string title, int shortest, int longest)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, shortest, longest);
        var body = await response.Content.ReadAsStringAsync();
        Assert.Contains(title, body);
        Assert.DoesNotContain("orders", body);
        Assert.DoesNotContain("exception", body, StringComparison.OrdinalIgnoreCase);
    }
}
