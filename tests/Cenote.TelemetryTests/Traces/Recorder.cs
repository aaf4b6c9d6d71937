using System.Collections.Concurrent;
using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Cenote.TelemetryTests.Traces;

/// <summary>
/// An application that traces, through the OpenTelemetry SDK: its own spans, the pools', and the drivers'.
/// </summary>
public sealed class Recorder : IDisposable
{
    private readonly ActivitySource _source = new("Cenote.TelemetryTests.Application");
    private readonly ConcurrentQueue<Activity> _ended = [];
    private readonly TracerProvider _provider;

    public Recorder() => _provider = Sdk.CreateTracerProviderBuilder()
        .AddSource(_source.Name, PoolTelemetry.ActivitySourceName, "Npgsql", "MySqlConnector")
        .AddProcessor(new SimpleActivityExportProcessor(new QueueExporter(_ended)))
        .Build();

    /// <summary>Everything that has ended, of whatever trace.</summary>
    internal IEnumerable<Activity> Ended => _ended;

    /// <summary>What an application does in one request.</summary>
    internal Activity Begin() => _source.StartActivity("request", ActivityKind.Server, parentContext: default)!;

    /// <summary>What ended within a request.</summary>
    internal IReadOnlyList<Activity> Within(Activity request) => [.. _ended.Where(span => span.TraceId == request.TraceId && span != request)];

    internal IReadOnlyList<Activity> RentsWithin(Activity request) => [.. Within(request).Where(static span => span.Source.Name == PoolTelemetry.ActivitySourceName)];

    public void Dispose()
    {
        _provider.Dispose();
        _source.Dispose();
    }

    /// <summary>
    /// Not the SDK's in-memory exporter: it takes a list, which tests that look while others record would break.
    /// </summary>
    private sealed class QueueExporter(ConcurrentQueue<Activity> ended) : BaseExporter<Activity>
    {
        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var activity in batch)
            {
                ended.Enqueue(activity);
            }

            return ExportResult.Success;
        }
    }
}
