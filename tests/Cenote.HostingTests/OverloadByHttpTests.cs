using System.Net;

namespace Cenote.HostingTests;

/// <summary>An overload of several times the capacity, by HTTP, with lanes, on a real PostgreSQL.</summary>
public sealed class OverloadByHttpTests
{
    private const int Size = 4;
    private const int Reserve = 1;
    private const int MaxWaiters = 6;
    private const int Served = Size - Reserve + MaxWaiters;

    private static readonly Lane s_batch = new("batch");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task What_the_queue_has_no_room_for_is_503_at_once_and_the_rest_200(int load)
    {
        await using var database = await TestDatabase.CreateAsync(Db.PostgreSql);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await StartAsync(database, gate.Task);
        var batch = Enumerable.Range(0, load * Served).Select(_ => app.Client.GetAsync(new Uri(app.Address, "/batch"))).ToList();

        // No connection is returned, so each answer is a refusal.
        await Patience.SoonAsync(() => batch.Count(static request => request.IsCompleted) == (load - 1) * Served && Of(app, "batch").Waiting == MaxWaiters);
        foreach (var request in batch.Where(static request => request.IsCompleted))
        {
            using var refused = await request;
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        }

        Assert.Equal((Size - Reserve, (load - 1) * Served), (Of(app, "batch").InUse, Of(app, "batch").OverloadRejections));
        for (var i = 0; i < 5; i++)
        {
            using var answer = await app.Client.GetAsync(new Uri(app.Address, "/orders"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            await Patience.SoonAsync(() => Of(app, "interactive").InUse == 0);
        }

        Assert.Equal((5, 0), (Of(app, "interactive").Rents, Of(app, "interactive").Waits));
        var waiting = batch.Where(static request => !request.IsCompleted).ToList();
        Assert.Equal(Served, waiting.Count);
        gate.SetResult();
        foreach (var request in waiting)
        {
            using var answer = await request.Soon();
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal((Served, 0), (Of(app, "batch").Rents, Of(app, "batch").Timeouts));
    }

    private static LaneStatistics Of(HostedApp app, string name) => app.Pool.GetStatistics().Lanes.Single(lane => lane.Name == name);

    private static async Task<HostedApp> StartAsync(TestDatabase database, Task gate)
    {
        var app = HostedApp.Create(
            database.CreateProvider,
            static options =>
            {
                // A caller of the reserve would wait for a validation.
                (options.MinSize, options.MaxSize, options.AcquireTimeout, options.ValidationInterval) = (Size, Size, TimeSpan.FromMinutes(5), Timeout.InfiniteTimeSpan);
                options.Lanes = [new() { Name = "interactive", Reserve = Reserve }, new() { Name = s_batch.Name, MaxWaiters = MaxWaiters }];
            },
            services: static services => services.AddConnectionPoolExceptionHandler());
        app.App.UseExceptionHandler();
        app.App.MapGet("/batch", async () =>
        {
            await using var connection = await app.Pool.OpenConnectionAsync(s_batch);
            await QueryAsync(connection);
            await gate;
        });
        app.App.MapGet("/orders", async () =>
        {
            await using var connection = await app.Pool.OpenConnectionAsync();
            await QueryAsync(connection);
        });
        return await app.StartAsync();
    }

    private static async Task QueryAsync(PooledConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        await command.ExecuteScalarAsync();
    }
}
