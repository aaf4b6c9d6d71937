using Cenote.Telemetry;

namespace Cenote;

// What whoever listens is told.
internal sealed partial class PoolEngine
{
    internal PoolLabels Labels { get; private set; } = null!;

    internal RentTraces Traces { get; private set; } = null!;

    private void StartTelemetry()
    {
        Labels = new PoolLabels(Settings.Name, Provider);
        Traces = new RentTraces(Settings, Labels);
        _meters.WaitTime.Export = new TimeExport(PoolMetrics.WaitTime, Labels);
        _meters.UseTime.Export = new TimeExport(PoolMetrics.UseTime, Labels);
        _meters.ConnectTime.Export = new TimeExport(PoolMetrics.CreateTime, Labels);
        PoolMetrics.Pools.Add(this);
    }

    private ValueTask<ConnectionLease> QueueAsync(
        TimeSpan timeout, CancellationToken cancellationToken, string? filePath, int lineNumber, string? memberName)
    {
        if (!RentTraces.IsEnabled || cancellationToken.IsCancellationRequested)
        {
            return QueueUntracedAsync(timeout, cancellationToken, filePath, lineNumber, memberName);
        }

        var startedAt = Settings.Clock.UtcNow;
        return Traces.Follow(QueueUntracedAsync(timeout, cancellationToken, filePath, lineNumber, memberName), startedAt);
    }

    private ConnectionLease Queue(TimeSpan timeout, CancellationToken cancellationToken, string? filePath, int lineNumber, string? memberName)
    {
        var hasWaited = false;
        if (!RentTraces.IsEnabled)
        {
            return QueueUntraced(timeout, cancellationToken, filePath, lineNumber, memberName, ref hasWaited);
        }

        var startedAt = Settings.Clock.UtcNow;
        try
        {
            var lease = QueueUntraced(timeout, cancellationToken, filePath, lineNumber, memberName, ref hasWaited);
            if (hasWaited || RentTraces.IsNew(lease))
            {
                Traces.Tell(startedAt, lease, failure: null);
            }

            return lease;
        }
        catch (Exception exception)
        {
            Traces.Tell(startedAt, default, exception);
            throw;
        }
    }
}
