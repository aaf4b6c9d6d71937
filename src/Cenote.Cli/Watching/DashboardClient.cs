using System.Net;
using Cenote.Cli.Commands;
using Cenote.Dashboard.Json;

namespace Cenote.Cli.Watching;

/// <summary>
/// Sends requests to a dashboard. Every failure is a <see cref="DashboardException"/> with the cause and, where it is
/// known, the fix.
/// </summary>
internal sealed class DashboardClient : IDisposable
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock;
    private readonly HttpClient _http;

    public DashboardClient(TopOptions options, TimeProvider clock)
    {
        _clock = clock;
        Address = options.Dashboard;

        // A redirect is reported, not followed, because the headers are for this server only.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = !Address.IsLoopback, ConnectTimeout = TimeSpan.FromSeconds(5) };
        _http = new HttpClient(handler) { BaseAddress = Address, Timeout = Timeout.InfiniteTimeSpan };
        foreach (var (name, value) in options.Headers)
        {
            _http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }
    }

    public Uri Address { get; }

    public static string OverviewPath => "api/overview";

    public static string PoolPath(string pool) => $"api/pool?name={Uri.EscapeDataString(pool)}";

    public async Task<OverviewJson> GetOverviewAsync(CancellationToken cancellationToken) =>
        DashboardReader.ReadOverview(await GetAsync(OverviewPath, cancellationToken));

    public async Task<PoolJson> GetPoolAsync(string pool, CancellationToken cancellationToken) =>
        DashboardReader.ReadPool(await GetAsync(PoolPath(pool), cancellationToken));

    public Task<byte[]> GetAsync(string path, CancellationToken cancellationToken) => AskAsync(
        path,
        ReadAsync,
        cancellationToken);

    /// <summary>The stream, from its beginning; it ends when the server ends it or is gone.</summary>
    public Task<EventStream> OpenStreamAsync(string? pool, CancellationToken cancellationToken) => AskAsync(
        pool is null ? "api/stream" : $"api/stream?pool={Uri.EscapeDataString(pool)}",
        async (response, end) => response.Content.Headers.ContentType?.MediaType == "text/event-stream"
            ? new EventStream(response, new BoundedStream(await response.Content.ReadAsStreamAsync(end)), _clock)
            : throw new DashboardException("The answer is not a stream of a dashboard. Check that URL is the address given to MapCenoteDashboard."),
        cancellationToken);

    /// <summary>
    /// Confirms that a stream is read. Without it the dashboard may give its place to another viewer.
    /// </summary>
    public async Task ConfirmSeatAsync(string seat)
    {
        using var longest = new CancellationTokenSource(LongestAnswer, _clock);
        try
        {
            using var response = await _http.PostAsync(new Uri($"api/stream/seat?id={Uri.EscapeDataString(seat)}", UriKind.Relative), content: null, longest.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // If the server is gone, the stream shows it.
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Returns the body, up to the limit of a <see cref="BoundedStream"/>.</summary>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = new BoundedStream(await response.Content.ReadAsStreamAsync(cancellationToken));
        return await body.ReadToEndAsync(cancellationToken);
    }

    private async Task<T> AskAsync<T>(string path, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using var longest = new CancellationTokenSource(LongestAnswer, _clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, longest.Token);
        HttpResponseMessage? response = null;
        try
        {
            response = await _http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, end.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw await DashboardRefusal.ReadAsync(response, end.Token);
            }

            var answer = await read(response, end.Token);
            response = answer is EventStream ? null : response;
            return answer;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DashboardException(FormattableString.Invariant($"No answer within {LongestAnswer.TotalSeconds:0} s."), exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new DashboardException(SafeText.Clean(exception.Message), exception);
        }
        finally
        {
            response?.Dispose();
        }
    }
}
