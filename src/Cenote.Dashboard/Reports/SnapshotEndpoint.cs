using System.Globalization;
using System.Text.Json;
using Cenote.Dashboard.Access;
using Cenote.Dashboard.Json;
using Cenote.Dashboard.Sampling;
using Cenote.Dashboard.Streaming;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Cenote.Dashboard.Reports;

/// <summary>
/// Everything that the page shows, as one file that needs no server to be read. Written piece by piece: with hundreds
/// of pools it has tens of megabytes, and is never in memory as a whole.
/// </summary>
internal sealed class SnapshotEndpoint(Sampler sampler, IHostApplicationLifetime lifetime)
{
    /// <summary>Who reads slower than that keeps others from theirs.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly Seats _seats = new("snapshots", 4, 2, "Try again in a moment.", sampler.TimeProvider);

    internal async Task ServeAsync(HttpContext context)
    {
        new QueryReader(context).ThrowIfAny();
        using var seat = _seats.Take(Viewer.Of(context));
        try
        {
            // A server that stops waits for its requests: this one ends first.
            using var longest = new CancellationTokenSource(Longest, sampler.TimeProvider);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, longest.Token, seat.Lost);
            var tick = sampler.Current;
            context.Response.ContentType = "application/json";
            context.Response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"cenote-snapshot-{tick.Time:yyyyMMdd-HHmmss}Z.json\"");
            var writer = new Utf8JsonWriter(context.Response.BodyWriter);
            await using (writer.ConfigureAwait(false))
            {
                await WriteAsync(writer, tick, () => FlushAsync(writer, context, seat, end.Token)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The beginning of a file must not look like all of it.
            context.Abort();
        }
    }

    private async Task FlushAsync(Utf8JsonWriter writer, HttpContext context, Seat seat, CancellationToken end)
    {
        using var patience = new CancellationTokenSource(Seats.Patience, sampler.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end, patience.Token);
        await writer.FlushAsync(either.Token).ConfigureAwait(false);
        await context.Response.BodyWriter.FlushAsync(either.Token).ConfigureAwait(false);
        seat.Confirm();
    }

    private async Task WriteAsync(Utf8JsonWriter writer, Tick tick, Func<Task> flush)
    {
        writer.WriteStartObject();
        writer.WriteString("format", "cenote-snapshot");
        writer.WriteNumber("version", 1);
        writer.WriteString("time", tick.Time);
        writer.WriteString("host", Environment.MachineName);
        writer.WritePropertyName("overview");
        writer.WriteRawValue(tick.OverviewJson, skipInputValidation: true);
        await WriteEachAsync(writer, "pools", tick.Pools, tick.JsonOf, flush).ConfigureAwait(false);
        await WriteEachAsync(writer, "replicaSets", tick.Sets, tick.JsonOf, flush).ConfigureAwait(false);
        var histories = tick.Pools.SelectMany(pool => sampler.Ranges, (pool, seconds) => HistoryReport.Of(pool.Name, pool.History, tick.Second, tick.Time, seconds));
        await WriteEachAsync(writer, "histories", histories, static history => JsonSerializer.SerializeToUtf8Bytes(history, DashboardJson.Default.HistoryJson), flush).ConfigureAwait(false);
        writer.WriteEndObject();
    }

    private static async Task WriteEachAsync<T>(Utf8JsonWriter writer, string name, IEnumerable<T> values, Func<T, byte[]> jsonOf, Func<Task> flush)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteRawValue(jsonOf(value), skipInputValidation: true);
            await flush().ConfigureAwait(false);
        }

        writer.WriteEndArray();
    }
}
