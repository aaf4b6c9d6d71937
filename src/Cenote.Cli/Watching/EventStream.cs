using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace Cenote.Cli.Watching;

/// <summary>The events of a stream, as names with their JSON.</summary>
internal sealed class EventStream(HttpResponseMessage response, BoundedStream body, TimeProvider clock) : IDisposable
{
    /// <summary>A tick comes every second: after so long without, something on the way holds them back.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(5);

    /// <exception cref="SilentStreamException">Nothing came for long.</exception>
    /// <exception cref="DashboardException">The connection broke, or an event has no end.</exception>
    public async IAsyncEnumerable<SseItem<byte[]>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(LongestSilence, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        var events = SseParser.Create(body, static (_, data) => data.ToArray()).EnumerateAsync(end.Token).GetAsyncEnumerator(end.Token);
        await using (events)
        {
            while (await NextAsync(events, cancellationToken))
            {
                silence.CancelAfter(LongestSilence);
                body.BeginNext();
                yield return events.Current;
            }
        }
    }

    public void Dispose() => response.Dispose();

    private static async Task<bool> NextAsync(IAsyncEnumerator<SseItem<byte[]>> events, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SilentStreamException(exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new DashboardException("The stream broke: " + SafeText.Clean(exception.Message), exception);
        }
    }
}
