namespace Cenote.Sizing;

/// <summary>
/// Recommends a size from the load as it comes, without a change of the pool: throughput by the number of busy
/// connections shows where more of them gain nothing.
/// </summary>
internal sealed class SizingAdvisor
{
    /// <summary>The memory of the last quarter of an hour or so.</summary>
    private const double KeptInASecond = 0.999;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    private readonly SortedDictionary<int, SizingSample> _samples = [];
    private SizingObservation? _before;
    private TimeSpan _since;
    private double _fullFor;
    private int _recommended;

    internal SizingDecision? Decide(in SizingObservation observation)
    {
        var before = _before;
        _before = observation;
        if (before is not { } earlier)
        {
            _since = observation.Elapsed;
            return null;
        }

        Add(earlier, observation);
        if (observation.Elapsed - _since < Interval || _samples.Count < 2)
        {
            return null;
        }

        _since = observation.Elapsed;
        var decision = Recommend(observation);
        _fullFor = 0;
        if (decision is null || Math.Abs(decision.Size - _recommended) <= Math.Max(1, _recommended * 15 / 100))
        {
            return null;
        }

        _recommended = decision.Size;
        return decision;
    }

    private void Add(in SizingObservation earlier, in SizingObservation observation)
    {
        var seconds = (observation.Elapsed - earlier.Elapsed).TotalSeconds;
        var leases = observation.Rents - earlier.Rents;
        var measured = observation.MeasuredLeases - earlier.MeasuredLeases;
        _fullFor += observation.Leased >= observation.Limit ? seconds : 0;
        if (seconds <= 0 || leases <= 0 || measured <= 0)
        {
            return;
        }

        foreach (var size in _samples.Keys.ToList())
        {
            _samples[size] = _samples[size].Weigh(Math.Pow(KeptInASecond, seconds));
        }

        // By Little's law.
        var leaseTime = (observation.MeasuredLeaseTime - earlier.MeasuredLeaseTime).TotalSeconds;
        var busy = Math.Clamp((int)Math.Round(leases / seconds * leaseTime / measured), 1, observation.Limit);
        var sample = new SizingSample(busy, leases, seconds, measured, leaseTime);
        _samples[busy] = _samples.TryGetValue(busy, out var known) ? known.With(sample) : sample;
    }

    private SizingDecision? Recommend(in SizingObservation observation)
    {
        var curve = SizingCurve.Fit([.. _samples.Values], dispersion: 1);
        var most = _samples.Keys.Last();
        var numbers = FormattableString.Invariant(
            $"{_samples[_samples.Keys.First()]} and {_samples[most]}; the most is {curve.Most:0.#} leases/s");
        if (curve.Knee * 1.3 <= most)
        {
            var size = Math.Clamp((int)Math.Ceiling(curve.SizeFor(0.97) * 1.15), observation.MinSize, observation.MaxSize);
            return new SizingDecision(size, $"{numbers}, from about {curve.Knee} busy connections on");
        }

        return _fullFor > Interval.TotalSeconds / 2
            ? new SizingDecision(observation.MaxSize, $"{numbers}, and callers used all {most}: more connections may serve more, so raise MaxSize")
            : null;
    }
}
