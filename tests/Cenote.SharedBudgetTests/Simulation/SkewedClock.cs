namespace Cenote.SharedBudgetTests.Simulation;

/// <summary>The clock of an instance: faster or slower than the true time, and from another moment on.</summary>
internal sealed class SkewedClock(Func<double> seconds, double rate, double offset) : TimeProvider
{
    public override long TimestampFrequency => 1_000_000;

    public override long GetTimestamp() => (long)(((seconds() * rate) + offset) * TimestampFrequency);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(1000 + offset + (seconds() * rate));
}
