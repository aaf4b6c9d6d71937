using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using Cenote.Benchmarks.Cycles;

namespace Cenote.Benchmarks.Suites;

/// <summary>What the suites share: a team of threads, and a cycle that all of them run.</summary>
public abstract class CycleSuite
{
    // Operations per invocation, so that one takes milliseconds: long beside the barriers, short beside an iteration.
    private protected const int Nanoseconds = 1 << 18;
    private protected const int HundredsOfNanoseconds = 1 << 15;
    private protected const int Microseconds = 1 << 9;

    private ThreadTeam? _team;
    private ICycle? _cycle;

    /// <summary>Threads that run the cycle at once.</summary>
    [Params(1, 2, 8)]
    public int Threads { get; set; }

    /// <summary>Starts the threads.</summary>
    [GlobalSetup]
    public void StartThreads() => _team = new ThreadTeam(Threads);

    /// <summary>Ends the threads, and the cycle.</summary>
    [GlobalCleanup]
    public void EndThreads()
    {
        _cycle?.Dispose();
        _cycle = null;
        _team!.Dispose();
    }

    private protected void Run(int operations, Func<ICycle> make)
    {
        _cycle ??= make();
        _team!.Run(_cycle, operations);
    }

    private protected void Run(int operations, SettledPool pool, Func<SettledPool, ICycle> make)
    {
        if (_cycle is null)
        {
            _cycle = make(pool);
            var (start, warmUp) = (Stopwatch.GetTimestamp(), pool.WarmUp(Threads));
            while (Stopwatch.GetElapsedTime(start) < warmUp)
            {
                _team!.Run(_cycle, Math.Min(operations, HundredsOfNanoseconds));
            }
        }

        _team!.Run(_cycle, operations);
    }
}
