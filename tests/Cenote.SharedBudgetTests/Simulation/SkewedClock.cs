namespace Cenote.SharedBudgetTests.Simulation;

/// <summary>The clock of an instance: faster or slower than the true time, and from another moment on.</summary>
internal sealed class SkewedClock(SimulatedWorld world, double rate, double offset) : TimeProvider
{
    private int _at = -1;
    private long _timestamp;
    private DateTimeOffset _time;

    public override long TimestampFrequency => 1_000_000;

    public override long GetTimestamp()
    {
        Read();
        return _timestamp;
    }

    public override DateTimeOffset GetUtcNow()
    {
        Read();
        return _time;
    }

    /// <summary>The true time stands still for a step, and is read many times in it.</summary>
    private void Read()
    {
        if (_at != world.Now)
        {
            _at = world.Now;
            var seconds = world.Seconds * rate;
            (_timestamp, _time) = ((long)((seconds + offset) * TimestampFrequency), DateTimeOffset.UnixEpoch.AddSeconds(1000 + offset + seconds));
        }
    }
}
