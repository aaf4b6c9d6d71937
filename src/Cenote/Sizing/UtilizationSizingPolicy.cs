namespace Cenote;

/// <summary>
/// A policy that sizes by utilization, the share of the size that is leased. It grows while utilization stays above an
/// upper mark, and shrinks after it has stayed below a lower mark.
/// </summary>
/// <remarks>
/// <para>Hysteresis keeps the size from oscillating. Between the marks the size does not change. The policy uses the
/// highest utilization of a whole window, so load that comes and goes within the window counts as load. When it has to
/// grow soon after it shrank, it doubles the window, up to one day. The window returns to its
/// start after eight calm windows, in which no quiet spell came and went.</para>
/// <para>Has state: one instance serves one pool. Not thread-safe; the pool never calls it concurrently.</para>
/// </remarks>
public sealed class UtilizationSizingPolicy : ISizingPolicy
{
    private readonly UtilizationSizingOptions _options;
    private TimeSpan? _highSince;
    private TimeSpan? _lowSince;
    private TimeSpan _shrinkWindow;
    private TimeSpan? _shrunkAt;
    private TimeSpan? _changedAt;

    /// <summary>Creates a policy with the given marks, steps and windows.</summary>
    /// <param name="options">The settings; <see langword="null"/> for the defaults. Read once.</param>
    /// <exception cref="ArgumentException">Settings are invalid; lists every problem.</exception>
    public UtilizationSizingPolicy(UtilizationSizingOptions? options = null)
    {
        _options = options is null ? new UtilizationSizingOptions() : new UtilizationSizingOptions(options);
        _options.ThrowIfInvalid(nameof(options));
        _shrinkWindow = _options.ShrinkWindow;
    }

    private static TimeSpan MaxShrinkWindow { get; } = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public SizingDecision? Decide(in SizingObservation observation)
    {
        var now = observation.Elapsed;
        var size = observation.Limit;
        var utilization = (double)observation.Leased / size;
        _highSince = utilization > _options.GrowAbove || observation.Waiting > 0 ? _highSince ?? now : null;
        var isLow = utilization < _options.ShrinkBelow && observation.Waiting == 0;
        if (!isLow && _lowSince is { } quiet && now - quiet >= _options.ShrinkWindow)
        {
            // A quiet spell that the first window would have taken for the end of the load: this is not calm yet, and
            // the longer window is needed.
            _changedAt = now;
        }

        _lowSince = isLow ? _lowSince ?? now : null;
        if (_changedAt is { } changed && now - changed > _shrinkWindow * 8)
        {
            _shrinkWindow = _options.ShrinkWindow;
        }

        if (_highSince is { } high && now - high >= _options.GrowWindow && size < observation.MaxSize)
        {
            return Grow(observation, utilization, now);
        }

        if (_lowSince is { } low && now - low >= _shrinkWindow && size > observation.MinSize)
        {
            return Shrink(observation, utilization, now);
        }

        return null;
    }

    private SizingDecision Grow(in SizingObservation observation, double utilization, TimeSpan now)
    {
        if (_shrunkAt is { } shrunk && now - shrunk <= _shrinkWindow * 2)
        {
            _shrinkWindow = _shrinkWindow * 2 < MaxShrinkWindow ? _shrinkWindow * 2 : MaxShrinkWindow;
        }

        _shrunkAt = null;
        _highSince = null;
        _changedAt = now;
        var size = Math.Min(observation.MaxSize, observation.Limit + _options.GrowStep);
        return new SizingDecision(size, FormattableString.Invariant(
            $"utilization {utilization:P0} ({observation.Leased} of {observation.Limit} leased, {observation.Waiting} waiting) stayed above {_options.GrowAbove:P0} for {_options.GrowWindow.TotalSeconds:0.#} s"));
    }

    private SizingDecision Shrink(in SizingObservation observation, double utilization, TimeSpan now)
    {
        var window = _shrinkWindow;
        _shrunkAt = now;
        _lowSince = null;
        _changedAt = now;
        var size = Math.Max(observation.MinSize, observation.Limit - _options.ShrinkStep);
        return new SizingDecision(size, FormattableString.Invariant(
            $"utilization {utilization:P0} ({observation.Leased} of {observation.Limit} leased) stayed below {_options.ShrinkBelow:P0} for {window.TotalSeconds:0.#} s"));
    }
}
