using Cenote.Telemetry;

namespace Cenote;

// What whoever listens is told.
internal sealed partial class PoolEngine
{
    internal PoolLabels Labels { get; }

    private void StartTelemetry()
    {
        _meters.WaitTime.Export = new TimeExport(PoolMetrics.WaitTime, Labels);
        _meters.UseTime.Export = new TimeExport(PoolMetrics.UseTime, Labels);
        _meters.ConnectTime.Export = new TimeExport(PoolMetrics.CreateTime, Labels);
        PoolMetrics.Pools.Add(this);
    }
}
