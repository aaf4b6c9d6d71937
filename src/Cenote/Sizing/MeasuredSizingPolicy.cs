using Cenote.Sizing;

namespace Cenote;

/// <summary>
/// A policy that finds the size by measurement: the fewest connections with which the database does about the most work
/// that it can do.
/// </summary>
/// <remarks>
/// <para>While callers use all connections, the pool grows by two as long as throughput grows with it. It stops where
/// leases become longer as fast as connections are added: the database is saturated, and more connections would make it
/// no faster. It then fits a curve to what it measured, goes to the size that the curve needs with 15 % to spare, and
/// verifies its throughput. There it rests, until throughput has changed for 15 s, or leases are as short as in an
/// unloaded database although callers wait.</para>
/// <para>When the server refuses a connection because it has too many, the size falls to the open connections at once,
/// and stays there for a minute, or longer after each further refusal.</para>
/// <para>Seconds in which connections are idle show nothing about the database, and change nothing. The size is found
/// within about 60 s of full use, if the pool serves some 100 leases a second or more. See the page "How to size a
/// pool" for the measurements.</para>
/// <para>Has state: one instance serves one pool. Not thread-safe; the pool never calls it concurrently.</para>
/// </remarks>
public sealed class MeasuredSizingPolicy : ISizingPolicy
{
    /// <summary>
    /// The share of a proportional gain in throughput below which the database counts as saturated.
    /// </summary>
    private const double SaturatedGain = 0.15;

    /// <summary>The largest size that is tried one by one downwards: one connection is much there.</summary>
    private const int Few = 8;

    /// <summary>The time of a lease, over that in an unloaded database, up to which the database has room.</summary>
    private const double UnloadedShare = 1.1;

    /// <summary>How often a smaller size is tried again that did less while the database was slower.</summary>
    private const int MostRetries = 2;

    private const int LongestRest = 600;
    private static readonly TimeSpan ShortestHold = TimeSpan.FromSeconds(60);

    private readonly SizingAdvisor? _advisor;
    private readonly SizingMeter _meter = new();

    /// <summary>The samples of the present search, by size.</summary>
    private readonly List<SizingSample> _samples = [];

    private Func<SizingObservation, SizingDecision?> _phase;
    private SizingSample _current;

    /// <summary>The throughput that the database can do, as far as known.</summary>
    private SizingSample _most;

    /// <summary>A size that did less than the most.</summary>
    private SizingSample _failed;

    private SizingSample _rest;
    private int _size;
    private int _largest;
    private int _agreed;
    private bool _triesFewer;
    private int _retries;
    private int _dropped;
    private int _risen;
    private double _restedFor;
    private double _looksAfter = 5;
    private double _unloaded;
    private long _refusals;
    private TimeSpan _refusedUntil;
    private TimeSpan _hold = ShortestHold;
    private int _accepted = int.MaxValue;

    /// <summary>Creates a policy.</summary>
    /// <param name="options">The settings; <see langword="null"/> for the defaults. Read once.</param>
    public MeasuredSizingPolicy(MeasuredSizingOptions? options = null)
    {
        _advisor = options?.RecommendOnly == true ? new SizingAdvisor() : null;
        _phase = Climb;
    }

    /// <inheritdoc/>
    public bool RecommendsOnly => _advisor is not null;

    private int StepDown => StepDownFrom(_size);

    private int StepUp => _size >= 2 * Few ? 2 : 1;

    /// <inheritdoc/>
    public SizingDecision? Decide(in SizingObservation observation)
    {
        if (_advisor is not null)
        {
            return _advisor.Decide(observation);
        }

        if (observation.Limit != _size)
        {
            // The first observation, or a resize by hand.
            _size = observation.Limit;
            BeginClimb();
        }

        var sample = _meter.Read(observation);
        if (observation.Refusals > _refusals)
        {
            return BackOff(observation);
        }

        if (_accepted != int.MaxValue && observation.Elapsed >= _refusedUntil)
        {
            _accepted = int.MaxValue;
            BeginClimb();
        }

        if (sample is not { } seen)
        {
            _current = default;
            return null;
        }

        _current = _current.Size == 0 ? seen : _current.With(seen);
        return _current.Leases < 30 && _current.Seconds < 10 ? null : _phase(observation);
    }

    private static int StepDownFrom(int size) => size > Few ? 2 : 1;

    private SizingDecision? BackOff(in SizingObservation observation)
    {
        // Refusals while the size is held come from opens that were in progress.
        _hold = _accepted == int.MaxValue && _refusals > 0 ? TimeSpan.FromSeconds(Math.Min(LongestRest, 2 * _hold.TotalSeconds)) : _hold;
        _refusals = observation.Refusals;
        _accepted = Math.Clamp(observation.Total, observation.MinSize, observation.Limit);
        _refusedUntil = observation.Elapsed + _hold;
        BeginClimb();
        return Move(observation, _accepted, FormattableString.Invariant(
            $"the server has too many connections: it accepted {observation.Total}; held for {_hold.TotalSeconds:0} s"));
    }

    private int MostAllowed(in SizingObservation observation) => Math.Min(_accepted, observation.MaxSize);

    private SizingDecision? Move(in SizingObservation observation, int size, string reason)
    {
        size = Math.Clamp(size, observation.MinSize, Math.Max(observation.MinSize, MostAllowed(observation)));
        _current = default;
        if (size == _size)
        {
            return null;
        }

        _size = size;
        return new SizingDecision(size, reason);
    }

    private void BeginClimb()
    {
        _samples.Clear();
        ContinueClimb();
    }

    private void ContinueClimb()
    {
        _current = default;
        _agreed = 0;
        _phase = Climb;
    }

    /// <summary>Grows while throughput grows with the size.</summary>
    private SizingDecision? Climb(SizingObservation observation)
    {
        if (_samples.Count == 0)
        {
            return Grow(observation, $"{_current}; callers use all of them");
        }

        // Compared with the smaller sizes of this climb together, because one second at one size is a matter of chance.
        var (leases, connectionSeconds, sizes) = (0.0, 0.0, 0.0);
        for (var i = _samples.Count - 1; i >= 0; i--)
        {
            var earlier = _samples[i];
            if ((earlier.Size <= _size * 0.88 && earlier.Size >= _size * 0.55) || (leases == 0 && i == 0))
            {
                leases += earlier.Leases;
                connectionSeconds += earlier.Seconds * earlier.Size;
                sizes += earlier.Size * earlier.Leases;
            }
        }

        var before = sizes / leases;
        var growth = Math.Log(_size / before);
        if (growth <= 0)
        {
            return Grow(observation, $"{_current}; callers use all of them");
        }

        var gain = 1 + (Math.Log(_current.Rate / _size / (leases / connectionSeconds)) / growth);
        var error = Math.Sqrt(_meter.Dispersion * ((1 / leases) + (1 / _current.Leases))) / growth;
        var evidence = FormattableString.Invariant($"{_current}, {gain:P0} of a proportional gain over about {before:0.#} connections");
        if (gain >= SaturatedGain && (error < 0.5 || _current.Seconds >= 4))
        {
            _agreed = 0;
            return Grow(observation, evidence);
        }

        if (_current.Seconds < 4 || (gain + error > SaturatedGain && _current.Seconds < 6))
        {
            return null;
        }

        // Two sizes must agree, because a smaller size than needed costs more than a larger one.
        return ++_agreed < 2 && _size < MostAllowed(observation) ? Grow(observation, evidence) : Saturate(observation, evidence);
    }

    private SizingDecision? Grow(SizingObservation observation, string evidence)
    {
        Keep(_current);
        return _size >= MostAllowed(observation) ? BeginRest() : Move(observation, _size + 2, evidence);
    }

    private SizingDecision? Saturate(SizingObservation observation, string evidence)
    {
        Keep(_current);
        var curve = SizingCurve.Fit(_samples, _meter.Dispersion);
        _unloaded = 1 / curve.First;
        _largest = _samples[^1].Size;
        var size = Choose(curve, observation);
        _retries = 0;
        if (size < _samples[0].Size)
        {
            // Below the smallest size of this search, nothing is known yet.
            _phase = Descend;
            var least = _samples[0].Size;
            return Move(observation, least - StepDownFrom(least), FormattableString.Invariant($"saturated: {evidence}; no more than {least} did"));
        }

        _phase = Verify;
        _triesFewer = false;
        return Move(observation, size, FormattableString.Invariant(
            $"saturated: {evidence}; the most is {curve.Most:0.#} leases/s, from about {curve.Knee} connections on; {_unloaded * 1000:0.##} ms unloaded"));
    }

    /// <summary>Returns the size that a curve needs, and keeps its most throughput for comparisons.</summary>
    private int Choose(in SizingCurve curve, in SizingObservation observation)
    {
        var size = (int)Math.Ceiling((curve.SizeFor(0.97) * 1.15) - 0.05);
        size = Math.Clamp(size, observation.MinSize, Math.Max(observation.MinSize, _largest));
        var seconds = 0.0;
        foreach (var sample in _samples)
        {
            seconds += sample.Size >= size ? sample.Seconds : 0;
        }

        _most = new SizingSample(size, curve.Most * seconds, seconds, 0, 0);
        return size;
    }

    /// <summary>Compares the throughput of the chosen size with the most.</summary>
    private SizingDecision? Verify(SizingObservation observation)
    {
        var ratio = _current.Rate / _most.Rate;
        var error = Math.Sqrt(_meter.Dispersion * ((1 / _current.Leases) + (1 / _most.Leases)));
        if (ratio > 1.05 && ratio - 1 > 3 * error && _current.Seconds >= 3)
        {
            // The larger sizes were measured while the database was slower.
            _samples.RemoveAll(sample => sample.Size >= _size);
            ContinueClimb();
            return null;
        }

        // Half-way to what one connection less than needed would do. One alone must do nearly all: where a lock limits,
        // it does nine tenths, and a second one fills the moments in which the lock is free.
        var enough = _size == 1 ? 0.92 : Math.Min(0.96, 1 - (0.5 / (_size + 1)));
        if (_current.Seconds < 2 || (Math.Abs(ratio - enough) < 2 * error && _current.Seconds < 6))
        {
            return null;
        }

        Keep(_current);
        if (ratio < enough && !_triesFewer)
        {
            // The most may have been a matter of chance.
            Choose(SizingCurve.Fit(_samples, _meter.Dispersion), observation);
            ratio = _current.Rate / _most.Rate;
        }

        var evidence = FormattableString.Invariant($"{_current}, {ratio:P0} of the most");
        if (ratio < enough && _triesFewer)
        {
            // One more than needed, so that latency shows a change of the need.
            _failed = _current;
            _triesFewer = false;
            _phase = Settle;
            return Move(observation, _size + 2, evidence);
        }

        if (ratio < enough && _size < _largest)
        {
            return Move(observation, _size + StepUp, evidence);
        }

        if (ratio >= enough && _size <= Few && _size > observation.MinSize)
        {
            _triesFewer = true;
            return Move(observation, _size - 1, evidence);
        }

        return BeginRest();
    }

    /// <summary>
    /// Looks whether a smaller size failed by itself, or because the database was slower for a while.
    /// </summary>
    private SizingDecision? Settle(SizingObservation observation)
    {
        if (_retries == MostRetries)
        {
            return BeginRest();
        }

        if (_current.Seconds < 3)
        {
            return null;
        }

        // Two connections more, and not half of what they brought before.
        if (_current.Rate >= (_failed.Rate + _most.Rate) / 2)
        {
            return BeginRest();
        }

        _retries++;
        _triesFewer = true;
        _phase = Verify;
        return Move(observation, _size - 2, FormattableString.Invariant($"{_current}, as little as {_failed.Size}: the database was slower for a while"));
    }

    private SizingDecision? BeginRest()
    {
        _unloaded = _samples.Count > 1 ? 1 / SizingCurve.Fit(_samples, _meter.Dispersion).First : _unloaded;
        _phase = Rest;
        _rest = _current;
        _current = default;
        (_agreed, _dropped, _risen, _restedFor) = (0, 0, 0, 0);
        return null;
    }

    /// <summary>Watches for a change, in windows of five seconds.</summary>
    private SizingDecision? Rest(SizingObservation observation)
    {
        if (_current.Seconds < 5)
        {
            return null;
        }

        _restedFor += _current.Seconds;
        var ratio = _current.Rate / _rest.Rate;
        var error = 3 * Math.Sqrt(_meter.Dispersion / _current.Leases);
        _dropped = ratio < 0.8 && ratio < 1 - error ? _dropped + 1 : 0;
        _risen = ratio > 1.25 && ratio > 1 + error ? _risen + 1 : 0;
        if (_dropped >= 3)
        {
            return BeginDescent(observation, ratio);
        }

        if (_risen >= 2)
        {
            BeginClimb();
            return null;
        }

        if (_dropped + _risen == 0)
        {
            var together = _rest.With(_current);
            if (_restedFor >= _looksAfter && _size < MostAllowed(observation) && together.Seconds >= 8 && _size / together.Rate < _unloaded * UnloadedShare)
            {
                return ClimbOn(observation, together);
            }

            _rest = _rest.Weigh(0.8).With(_current);
        }

        _current = default;
        return null;
    }

    /// <summary>Climbs on because callers wait, and the database answers as if it were unloaded.</summary>
    private SizingDecision? ClimbOn(SizingObservation observation, in SizingSample seen)
    {
        // Not often, where that leads nowhere.
        _looksAfter = Math.Min(LongestRest, _looksAfter * 2);
        _samples.RemoveAll(sample => sample.Size >= _size);
        ContinueClimb();
        _current = seen;
        return Grow(observation, FormattableString.Invariant($"{seen}, hardly longer than unloaded ({_unloaded * 1000:0.##} ms); callers wait"));
    }

    private SizingDecision? BeginDescent(SizingObservation observation, double ratio)
    {
        _phase = Descend;
        _most = _current;
        _samples.Clear();
        Keep(_current);
        return Move(observation, _size - StepDown, FormattableString.Invariant($"{_current}, {ratio:P0} of before for 15 s"));
    }

    /// <summary>Shrinks while throughput stays.</summary>
    private SizingDecision? Descend(SizingObservation observation)
    {
        var loss = 1 - (_current.Rate / _most.Rate);
        var isSure = loss >= 2.5 * Math.Sqrt(_meter.Dispersion / _current.Leases);
        if (loss > 0.06 && !isSure && _current.Seconds < 4)
        {
            return null;
        }

        var evidence = FormattableString.Invariant($"{_current}, {1 - loss:P0} of larger sizes");
        if ((loss > 0.06 && isSure) || _size <= observation.MinSize)
        {
            return Saturate(observation, evidence);
        }

        Keep(_current);
        _most = _most.With(_current);
        return Move(observation, _size - StepDown, evidence);
    }

    private void Keep(in SizingSample sample)
    {
        var size = sample.Size;
        var at = _samples.FindIndex(earlier => earlier.Size >= size);
        if (at >= 0 && _samples[at].Size == size)
        {
            _samples[at] = _samples[at].With(sample);
        }
        else
        {
            _samples.Insert(at < 0 ? _samples.Count : at, sample);
        }
    }
}
