using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Cenote.HostingTests.Hosting;

/// <summary>
/// An endpoint that writes two rows with one connection; for ids that begin with "slow" it waits in between.
/// </summary>
internal sealed class WorkEndpoint : IDisposable
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _slow = new(0);

    public ConcurrentBag<string> Begun { get; } = [];

    public void Map(HostedApp app, TestDatabase database) => app.App.MapGet("/work/{id}", async (string id) =>
    {
        Begun.Add(id);
        await using var connection = await app.Pool.OpenConnectionAsync();
        await database.InsertAsync(connection, $"{id}-first");
        if (id.StartsWith("slow", StringComparison.Ordinal))
        {
            _slow.Release();
            await _gate.Task;
        }

        await database.InsertAsync(connection, $"{id}-second");
        return Results.Text(id);
    });

    /// <summary>Waits until one more slow request is between its rows.</summary>
    public Task SlowOne() => _slow.WaitAsync().Soon();

    public void Dispose() => _slow.Dispose();

    /// <summary>Lets slow requests go on.</summary>
    public void Open() => _gate.TrySetResult();
}
