using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Cenote.Benchmarks.Cycles;

/// <summary>
/// The same cycle in an application that collects metrics and traces, through the OpenTelemetry SDK; nothing is
/// exported.
/// </summary>
internal sealed class ListenedCycle(ICycle cycle) : ICycle
{
    private readonly MeterProvider _metrics = Sdk.CreateMeterProviderBuilder().AddMeter(PoolTelemetry.MeterName).AddReader(new BaseExportingMetricReader(new NoExporter<Metric>())).Build();
    private readonly TracerProvider _traces = Sdk.CreateTracerProviderBuilder()
        .AddSource(PoolTelemetry.ActivitySourceName).AddProcessor(new SimpleActivityExportProcessor(new NoExporter<System.Diagnostics.Activity>())).Build();

    public void Run(int worker, int count) => cycle.Run(worker, count);

    public void Dispose()
    {
        _metrics.Dispose();
        _traces.Dispose();
        cycle.Dispose();
    }

    private sealed class NoExporter<T> : BaseExporter<T>
        where T : class
    {
        public override ExportResult Export(in Batch<T> batch) => ExportResult.Success;
    }
}
