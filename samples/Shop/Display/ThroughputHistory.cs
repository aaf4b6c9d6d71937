namespace Cenote.Shop.Display;

/// <summary>Operations a second over the last minute, in steps of half a second.</summary>
internal sealed class ThroughputHistory
{
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    private const int Kept = 120;

    private readonly List<double> _rates = [];
    private TimeSpan _lastTime;
    private long _lastCount;

    /// <summary>Operations a second, oldest first.</summary>
    public IReadOnlyList<double> Rates => _rates;

    /// <summary>Operations a second over the last second.</summary>
    public double Now => _rates.Count == 0 ? 0 : _rates.TakeLast(2).Average();

    public void See(TimeSpan elapsed, long count)
    {
        var since = elapsed - _lastTime;
        if (since < Step)
        {
            return;
        }

        _rates.Add((count - _lastCount) / since.TotalSeconds);
        if (_rates.Count > Kept)
        {
            _rates.RemoveAt(0);
        }

        (_lastTime, _lastCount) = (elapsed, count);
    }
}
