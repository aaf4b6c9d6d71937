using System.Diagnostics;

namespace Cenote.Benchmarks.Cycles;

/// <summary>
/// A pool at work. A pool looks once a second at how busy it is, and adapts what a rent does (over how many slots rents
/// start, how many leases are timed): measured is the state it is in for all but the first seconds of its life.
/// </summary>
internal sealed class SettledPool(ConnectionPool pool) : IDisposable
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2.2);
    private static readonly TimeSpan Adapting = TimeSpan.FromSeconds(1.1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    private long _restsSince;
    private int _cores;

    internal ConnectionPool Pool { get; } = pool;

    /// <summary>How long to work before measuring: less for a pool that has been at work until now.</summary>
    /// <param name="threads">Threads that will work.</param>
    internal TimeSpan WarmUp(int threads)
    {
        var before = _cores;
        _cores = Math.Min(threads, Environment.ProcessorCount);
        return before == 0 || Stopwatch.GetElapsedTime(_restsSince) > Pause ? Settling
            : before != _cores ? Adapting
            : TimeSpan.Zero;
    }

    internal void Rest() => _restsSince = Stopwatch.GetTimestamp();

    public void Dispose() => Pool.Dispose();
}
