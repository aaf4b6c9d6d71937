using Cenote.LoadBench.Load;

namespace Cenote.LoadBench.Lanes;

/// <summary>What became of the callers of one lane so far.</summary>
internal sealed class OverloadCount
{
    private readonly List<double> _refusals = [];
    private int _served;
    private int _late;
    private int _timeouts;
    private int _shed;
    private int _withoutTime;

    internal int Offered { get; set; }

    internal void Serve(TimeSpan lateness)
    {
        _served += lateness <= OpenLoop.Waking ? 1 : 0;
        _late += lateness > OpenLoop.Waking ? 1 : 0;
    }

    internal void Refuse(PoolException exception, TimeSpan after)
    {
        if (exception is not PoolOverloadedException overloaded)
        {
            _timeouts++;
            return;
        }

        _withoutTime += overloaded.RetryAfter is { } time && time > TimeSpan.Zero ? 0 : 1;
        if (overloaded.Message.Contains(nameof(ConnectionPoolOptions.LoadShedding), StringComparison.Ordinal))
        {
            _shed++;
        }
        else
        {
            _refusals.Add(after.TotalMilliseconds);
        }
    }

    internal OverloadLane Read(TimeSpan duration)
    {
        _refusals.Sort();
        var p99 = _refusals.Count == 0 ? 0 : _refusals[(int)Math.Min(_refusals.Count - 1, Math.Floor(0.99 * _refusals.Count))];
        return new OverloadLane(Offered / duration.TotalSeconds, _served / duration.TotalSeconds, _late, _timeouts, _shed, _refusals.Count, p99, _withoutTime);
    }
}
