namespace Cenote.ReadReplicas.Probing;

/// <summary>
/// An exponentially weighted moving average: the last three probes make up two thirds of it. Roberts, "Control Chart
/// Tests Based on Geometric Moving Averages", Technometrics 1 (1959).
/// </summary>
internal sealed class LatencyAverage
{
    private const double Weight = 0.3;

    private double _ticks = -1;

    internal TimeSpan Add(TimeSpan latency)
    {
        _ticks = _ticks < 0 ? latency.Ticks : (Weight * latency.Ticks) + ((1 - Weight) * _ticks);
        return TimeSpan.FromTicks((long)_ticks);
    }
}
