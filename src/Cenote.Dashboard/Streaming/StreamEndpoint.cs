using System.Globalization;
using System.Text;
using Cenote.Dashboard.Access;
using Cenote.Dashboard.Reports;
using Cenote.Dashboard.Sampling;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace Cenote.Dashboard.Streaming;

/// <summary>
/// Server-sent events: the newest tick once a second. Who reads slowly misses ticks, who does not read at all is
/// dropped.
/// </summary>
/// <remarks>The format: https://html.spec.whatwg.org/multipage/server-sent-events.html.</remarks>
internal sealed class StreamEndpoint(Sampler sampler, IHostApplicationLifetime lifetime)
{
    /// <summary>Each viewer holds a connection of the server.</summary>
    private readonly Seats _seats = new("streams", 100, 20, "Close another window, or poll api/overview and api/pool.", sampler.TimeProvider);

    /// <summary>A stream is never silent for longer, or proxies take it for dead.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>Then the viewer has to come again, and is authorized again.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    internal async Task ServeAsync(HttpContext context)
    {
        var query = new QueryReader(context);
        var pool = query.Text("pool", isRequired: false);
        var set = query.Text("replicaSet", isRequired: false);
        query.ThrowIfAny();
        _ = pool is null ? null : sampler.Current.PoolOrRefuse(pool);
        _ = set is null ? null : sampler.Current.SetOrRefuse(set);
        using var seat = _seats.Take(Viewer.Of(context));
        try
        {
            // A server that stops waits for its requests: the streams end first.
            using var longest = new CancellationTokenSource(Longest, sampler.TimeProvider);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, longest.Token, seat.Lost);
            await WriteAsync(context, seat, pool, set, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The viewer has gone, or the stream has come to its end; the viewer comes again.
            if (seat.Lost.IsCancellationRequested)
            {
                context.Abort();
            }
        }
    }

    /// <summary>A viewer says that it reads.</summary>
    internal Task ConfirmAsync(HttpContext context)
    {
        var query = new QueryReader(context);
        var id = query.Text("id", isRequired: true);
        query.ThrowIfAny();
        if (!_seats.TryConfirm(id!, Viewer.Of(context)))
        {
            throw new Refusal(StatusCodes.Status404NotFound, "Not found.", "This stream has ended, or is another viewer's. Open a new one.");
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private async Task WriteAsync(HttpContext context, Seat seat, string? pool, string? set, CancellationToken end)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await WriteAsync(context, Encoding.ASCII.GetBytes($"retry: 2000\nevent: seat\ndata: {{\"id\":\"{seat.Id}\"}}\n\n"), end).ConfigureAwait(false);
        for (var last = 0L; ;)
        {
            if (await NextAsync(last, end).ConfigureAwait(false) is not { } tick)
            {
                await WriteAsync(context, ":\n\n"u8.ToArray(), end).ConfigureAwait(false);
                continue;
            }

            last = tick.Number;
            await WriteAsync(context, BatchOf(tick, pool, set), end).ConfigureAwait(false);
        }
    }

    /// <summary><see langword="null"/> when nothing has come for long.</summary>
    private async Task<Tick?> NextAsync(long after, CancellationToken end)
    {
        using var silence = new CancellationTokenSource(Silence, sampler.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end, silence.Token);
        try
        {
            return await sampler.WaitAsync(after, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> bytes, CancellationToken end)
    {
        using var patience = new CancellationTokenSource(Seats.Patience, sampler.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end, patience.Token);
        try
        {
            await context.Response.Body.WriteAsync(bytes, either.Token).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            context.Abort();
            throw;
        }
    }

    private static byte[] BatchOf(Tick tick, string? pool, string? set)
    {
        using var batch = new MemoryStream();
        Append(batch, tick, "overview", tick.OverviewJson);
        if (pool is not null && tick.FindPool(pool) is { } watchedPool)
        {
            Append(batch, tick, "pool", tick.JsonOf(watchedPool));
        }

        if (set is not null && tick.FindSet(set) is { } watchedSet)
        {
            Append(batch, tick, "replica-set", tick.JsonOf(watchedSet));
        }

        return batch.ToArray();
    }

    /// <summary>JSON has no line break of its own: one line of data is all of it.</summary>
    private static void Append(MemoryStream batch, Tick tick, string name, byte[] json)
    {
        batch.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {tick.Number}\nevent: {name}\ndata: ")));
        batch.Write(json);
        batch.Write("\n\n"u8);
    }
}
