using System.Diagnostics;

namespace Cenote.LoadBench.Lanes;

/// <summary>
/// Interactive callers, a few at a time, and batch callers, of whom fifty times as many as connections wait all the
/// time.
/// </summary>
internal sealed class Flood(Workload workload, ConnectionPool pool, Lane? interactive, Lane? batch)
{
    internal const int Connections = 8;
    internal const int Reserved = 2;
    internal const int BatchCallers = 50 * Connections;

    internal static readonly TimeSpan InteractiveUse = TimeSpan.FromMilliseconds(10);
    internal static readonly TimeSpan BatchUse = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Thinking = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly List<double> _calls = [];
    private readonly List<double> _waits = [];
    private long _start;
    private long _asked;
    private long _latest;
    private int _batch;
    private int _overtaken;

    /// <summary>Lets the callers work for a while.</summary>
    internal async Task<FloodTurn> RunAsync(bool hasInteractive, bool hasBatch)
    {
        _start = Stopwatch.GetTimestamp();
        List<Task> callers = [];
        for (var i = 0; hasBatch && i < BatchCallers; i++)
        {
            callers.Add(Task.Run(WorkInBatchAsync));
        }

        for (var i = 0; hasInteractive && i < Reserved; i++)
        {
            callers.Add(Task.Run(CallAsync));
        }

        await Task.WhenAll(callers);
        _calls.Sort();
        _waits.Sort();
        return new FloodTurn(Percentile(_calls, 0.5), Percentile(_calls, 0.99), Percentile(_waits, 0.99), _batch / Duration.TotalSeconds, _overtaken);
    }

    private static double Percentile(List<double> sorted, double share) =>
        sorted.Count == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Count - 1, Math.Floor(share * sorted.Count))];

    private async Task CallAsync()
    {
        while (Stopwatch.GetElapsedTime(_start) is var begin && begin < WarmUp + Duration)
        {
            var lease = await RentAsync(interactive);
            var waited = Stopwatch.GetElapsedTime(_start) - begin;
            await workload.UseAsync(lease, InteractiveUse);
            await lease.DisposeAsync();
            if (begin >= WarmUp)
            {
                lock (_gate)
                {
                    _waits.Add(waited.TotalMilliseconds);
                    _calls.Add((Stopwatch.GetElapsedTime(_start) - begin).TotalMilliseconds);
                }
            }

            await Task.Delay(Thinking, TimeProvider.System);
        }
    }

    private async Task WorkInBatchAsync()
    {
        while (Stopwatch.GetElapsedTime(_start) < WarmUp + Duration)
        {
            // The numbers are those of the queue: it is entered within the lock.
            ValueTask<ConnectionLease> rent;
            long number;
            lock (_gate)
            {
                number = ++_asked;
                rent = RentAsync(batch);
            }

            var lease = await rent;
            NoteServed(number);
            await workload.UseAsync(lease, BatchUse);
            await lease.DisposeAsync();
        }
    }

    /// <summary>
    /// Counts callers that a later one has overtaken by more than the connections: as many are served at once, and
    /// their threads wake up in any order.
    /// </summary>
    private void NoteServed(long number)
    {
        lock (_gate)
        {
            _latest = Math.Max(_latest, number);
            _overtaken += number < _latest - (2 * Connections) ? 1 : 0;
            _batch += Stopwatch.GetElapsedTime(_start) is var now && now >= WarmUp && now < WarmUp + Duration ? 1 : 0;
        }
    }

    private ValueTask<ConnectionLease> RentAsync(Lane? lane) => lane is null ? pool.RentAsync() : pool.RentAsync(lane);
}
