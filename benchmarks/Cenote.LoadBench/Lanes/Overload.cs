using System.Diagnostics;
using Cenote.LoadBench.Load;

namespace Cenote.LoadBench.Lanes;

/// <summary>
/// Callers that come at a fixed rate, whether or not earlier ones were served, each with a deadline: some interactive,
/// the others batch.
/// </summary>
internal sealed class Overload(Workload workload, ConnectionPool pool)
{
    internal const int Connections = 20;

    internal static readonly Lane Interactive = new("interactive");
    internal static readonly Lane Batch = new("batch");
    internal static readonly TimeSpan Use = TimeSpan.FromMilliseconds(20);
    internal static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.6);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly OverloadCount _interactive = new();
    private readonly OverloadCount _batch = new();
    private long _start;

    /// <summary>Measures how many uses a second the connections allow at most, without a pool between them.</summary>
    internal static async Task<double> MeasureCapacityAsync(Workload workload, ConnectionPool pool)
    {
        var uses = 0;
        var leases = new List<ConnectionLease>();
        for (var i = 0; i < Connections; i++)
        {
            leases.Add(await pool.RentAsync());
        }

        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(leases.Select(async (lease, number) =>
        {
            // As in a pool under load, the uses do not end at the same moment.
            await Task.Delay(TimeSpan.FromMilliseconds(number), TimeProvider.System);
            while (Stopwatch.GetElapsedTime(start) < Duration)
            {
                await workload.UseAsync(lease, Use);
                Interlocked.Increment(ref uses);
            }
        }));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        leases.ForEach(static lease => lease.Dispose());
        return uses / seconds;
    }

    internal OverloadTurn Run(double interactiveRate, double batchRate)
    {
        List<Task> callers = [];
        var (interactive, batch) = (0, 0);
        _start = Stopwatch.GetTimestamp();
        for (var now = TimeSpan.Zero; now < WarmUp + Duration; now = Stopwatch.GetElapsedTime(_start))
        {
            for (; interactive < now.TotalSeconds * interactiveRate; interactive++)
            {
                callers.Add(ServeAsync(Interactive, _interactive, IsMeasured(now)));
            }

            for (; batch < now.TotalSeconds * batchRate; batch++)
            {
                callers.Add(ServeAsync(Batch, _batch, IsMeasured(now)));
            }

            Pause.For(TimeSpan.FromMilliseconds(1));
        }

        Task.WaitAll(callers);
        return new OverloadTurn(_interactive.Read(Duration), _batch.Read(Duration));
    }

    private static bool IsMeasured(TimeSpan now) => now >= WarmUp && now < WarmUp + Duration;

    private async Task ServeAsync(Lane lane, OverloadCount count, bool isMeasured)
    {
        count.Offered += isMeasured ? 1 : 0;
        var arrival = Stopwatch.GetTimestamp();
        ConnectionLease lease;
        try
        {
            using (lane.BeginScope())
            {
                lease = await pool.RentAsync(Deadline);
            }
        }
        catch (PoolException exception) when (exception is PoolOverloadedException or PoolTimeoutException)
        {
            if (isMeasured)
            {
                lock (_gate)
                {
                    count.Refuse(exception, Stopwatch.GetElapsedTime(arrival));
                }
            }

            return;
        }

        var lateness = Stopwatch.GetElapsedTime(arrival) - Deadline;
        if (IsMeasured(Stopwatch.GetElapsedTime(_start)))
        {
            lock (_gate)
            {
                count.Serve(lateness);
            }
        }

        await workload.UseAsync(lease, Use);
        await lease.DisposeAsync();
    }
}
