namespace Cenote.Sizing;

/// <summary>
/// Turns the growing counts of observations into samples, and learns how much the rate varies by itself.
/// </summary>
internal sealed class SizingMeter
{
    private SizingObservation? _before;
    private double _last;
    private double _lastButOne;
    private int _inARow;
    private int _learned;

    /// <summary>
    /// Gets the variance of the leases in a second over their mean: 1 for independent leases, more where some take much
    /// longer than others.
    /// </summary>
    internal double Dispersion { get; private set; } = 2;

    /// <summary>
    /// Returns what happened since the last observation, if callers used the whole size. Otherwise it shows nothing
    /// about the database.
    /// </summary>
    internal SizingSample? Read(in SizingObservation observation)
    {
        var before = _before;
        _before = observation;
        if (before is not { } earlier || observation.Elapsed <= earlier.Elapsed)
        {
            return null;
        }

        // With waiting callers, some connections may be between two leases or still be opening.
        var isFull = observation.Leased >= observation.Limit
            || (observation.Waiting > 0 && observation.Total >= observation.Limit)
            || (observation.Waiting > 0 && observation.Leased >= observation.Limit - 1 - (observation.Limit / 8));
        var leases = observation.Rents - earlier.Rents;
        if (!isFull || leases <= 0)
        {
            _inARow = 0;
            return null;
        }

        Learn(leases);
        return new SizingSample(
            observation.Limit,
            leases,
            (observation.Elapsed - earlier.Elapsed).TotalSeconds,
            observation.MeasuredLeases - earlier.MeasuredLeases,
            (observation.MeasuredLeaseTime - earlier.MeasuredLeaseTime).TotalSeconds);
    }

    /// <summary>
    /// Learns from the second difference, which is blind to a steady growth. Its variance is six times that of a count.
    /// </summary>
    private void Learn(double leases)
    {
        if (++_inARow >= 3)
        {
            var bend = leases - (2 * _last) + _lastButOne;
            var seen = bend * bend / (leases + (4 * _last) + _lastButOne);
            var weight = Math.Max(0.05, 1.0 / (++_learned + 3));
            Dispersion = Math.Clamp((Dispersion * (1 - weight)) + (weight * Math.Min(seen, 100)), 0.5, 50);
        }

        (_lastButOne, _last) = (_last, leases);
    }
}
