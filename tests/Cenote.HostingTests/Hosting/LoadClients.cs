using System.Collections.Concurrent;

namespace Cenote.HostingTests.Hosting;

/// <summary>Clients that send one request after the other until the server is gone.</summary>
internal sealed class LoadClients(HostedApp app, int count)
{
    private readonly Uri _address = app.Address;
    private readonly TaskCompletionSource _busy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _last;

    public ConcurrentBag<string> Answered { get; } = [];

    public ConcurrentBag<string> Failed { get; } = [];

    /// <summary>Completes when the server has answered a number of requests.</summary>
    public Task Busy => _busy.Task.Soon();

    /// <summary>Ends when every client has met a closed door.</summary>
    public Task RunAsync() => Task.WhenAll(Enumerable.Range(0, count).Select(_ => RunOneAsync()));

    private async Task RunOneAsync()
    {
        while (true)
        {
            var id = $"load-{Interlocked.Increment(ref _last)}";
            try
            {
                using var response = await app.Client.GetAsync(new Uri(_address, $"/work/{id}"));
                var text = await response.Content.ReadAsStringAsync();
                (response.IsSuccessStatusCode && text == id ? Answered : Failed).Add(id);
            }
            catch (HttpRequestException)
            {
                return;
            }

            if (Answered.Count >= 50)
            {
                _busy.TrySetResult();
            }
        }
    }
}
