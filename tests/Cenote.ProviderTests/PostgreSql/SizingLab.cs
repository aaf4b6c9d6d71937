using System.Diagnostics;
using Cenote.PostgreSql;

namespace Cenote.ProviderTests.PostgreSql;

/// <summary>
/// The policy beside the best fixed size. The machine's speed drifts within seconds, so what is compared takes turns of
/// less than a second, and medians count.
/// </summary>
/// <remarks>
/// A turn counts whole statements, from the start of all callers until the last one has finished. Statements that
/// started together end together, so a window with them in progress at its ends would count a batch more or less.
/// </remarks>
internal sealed class SizingLab(OwnDatabase database, string work, string statement, TimeSpan length, ITestOutputHelper output)
{
    private const int Largest = 100;
    private const int Pairs = 11;

    private static readonly int[] _sizes = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, Largest];

    private TimeSpan Turn => length / 80;

    internal async Task RunAsync()
    {
        var (best, rate) = await SweepAsync();
        output.WriteLine($"{work}: best fixed size: {best} with {rate:N0}/s");
        var (size, swing) = await MeasureAsync();
        var shares = await CompareAsync(size, best);
        var share = Median(shares);

        // One connection more than the need shows a change of the need.
        var allowed = Math.Max(best <= 2 ? 3 : 0, (int)Math.Ceiling(best * 1.5));
        output.WriteLine(
            $"{work}: measured size: {size}, {(double)size / best:N2} times the best (at most {allowed}); {share:P1} of its throughput "
            + $"(middle half of the pairs: {shares[Pairs / 4]:P1} to {shares[Pairs - 1 - (Pairs / 4)]:P1}); swing {swing}");
        Assert.Multiple(
            () => Assert.True(share >= 0.95, $"{work}: {share:P1} of the best size's throughput; 95 % are the target."),
            () => Assert.True(size <= allowed, $"{work}: {size} connections; {allowed} are the target, because {best} are the best."),
            () => Assert.True(swing <= 2, $"{work}: the size moved by {swing} connections at rest; 2 are the target."));
    }

    /// <summary>
    /// All sizes in turn; then only sizes that may be the best, so that the time is spent on their difference.
    /// </summary>
    private async Task<(int Best, double Rate)> SweepAsync()
    {
        await using var bench = await Bench.OpenAsync(database, statement, Largest);
        var rates = _sizes.ToDictionary(static size => size, static _ => new List<double>());
        await RoundsAsync(bench, rates, _sizes, 3);
        var most = _sizes.MaxBy(size => Median(rates[size]));
        var near = _sizes.Where(size => Median(rates[size]) >= 0.9 * Median(rates[most])).ToList();
        int[] finalists = [.. near.Take(4).Union([most])];
        await RoundsAsync(bench, rates, finalists, 6);
        output.WriteLine($"{work}: " + string.Join(", ", _sizes.Select(size => $"{size}: {Median(rates[size]):N0}/s{(finalists.Contains(size) ? " (9 turns)" : "")}")));
        var rate = finalists.Max(size => Median(rates[size]));
        var best = finalists.Order().First(size => Median(rates[size]) >= 0.98 * rate);
        return (best, Median(rates[best]));
    }

    private async Task RoundsAsync(Bench bench, Dictionary<int, List<double>> rates, int[] sizes, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var order = sizes.ToArray();
            new Random(rates[sizes[0]].Count).Shuffle(order);
            foreach (var size in order)
            {
                rates[size].Add(await bench.TurnAsync(size, Turn));
            }
        }
    }

    private async Task<(int Size, int Swing)> MeasureAsync()
    {
        await using var pool = new ConnectionPool(
            new PostgreSqlProvider(database.ConnectionString),
            new ConnectionPoolOptions { Name = "measured", MinSize = 1, MaxSize = Largest, SizingPolicy = new MeasuredSizingPolicy() });
        using var stop = new CancellationTokenSource();
        var load = SizingWork.LoadAsync(pool, statement, Largest, stop.Token);
        await Task.Delay(length, TimeProvider.System);
        var sizes = new List<double>();
        for (var moment = 0; moment < 100; moment++)
        {
            await Task.Delay(length * 0.25 / 100, TimeProvider.System);
            sizes.Add(pool.GetStatistics().Counts.Limit);
        }

        await stop.CancelAsync();
        await load;
        foreach (var made in MeasuredSizingTests.Decisions(pool))
        {
            output.WriteLine($"{work}: {made}");
        }

        return ((int)Median(sizes), (int)(sizes.Max() - sizes.Min()));
    }

    /// <returns>
    /// The measured size's throughput divided by the best size's, in order; 1 without a measurement for the same size.
    /// </returns>
    private async Task<double[]> CompareAsync(int measured, int best)
    {
        if (measured == best)
        {
            return [.. Enumerable.Repeat(1.0, Pairs)];
        }

        await using var bench = await Bench.OpenAsync(database, statement, Math.Max(measured, best));
        var shares = new List<double>();
        for (var pair = 0; pair < Pairs; pair++)
        {
            var (first, second) = pair % 2 == 0 ? (measured, best) : (best, measured);
            var (before, after) = (await bench.TurnAsync(first, Turn), await bench.TurnAsync(second, Turn));
            shares.Add(first == measured ? before / after : after / before);
        }

        return [.. shares.Order()];
    }

    private static double Median(IReadOnlyCollection<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>
    /// A pool with all its connections, of which the load gets as many as a turn allows: a change of the size opens and
    /// closes none.
    /// </summary>
    private sealed class Bench(ConnectionPool pool, string statement, int largest) : IAsyncDisposable
    {
        private readonly Stack<ConnectionLease> _kept = new();

        internal static async Task<Bench> OpenAsync(OwnDatabase database, string statement, int largest)
        {
            var pool = new ConnectionPool(
                new PostgreSqlProvider(database.ConnectionString), new ConnectionPoolOptions { Name = "fixed", MinSize = largest, MaxSize = largest });
            var bench = new Bench(pool, statement, largest);
            await bench.KeepAsync(largest);
            return bench;
        }

        /// <returns>Statements a second.</returns>
        internal async Task<double> TurnAsync(int size, TimeSpan duration)
        {
            await KeepAsync(largest - size);
            using var stop = new CancellationTokenSource(duration, TimeProvider.System);
            var started = Stopwatch.GetTimestamp();
            var executed = await SizingWork.LoadAsync(pool, statement, Largest, stop.Token);
            return executed / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        public async ValueTask DisposeAsync()
        {
            await KeepAsync(0);
            await pool.DisposeAsync();
        }

        private async Task KeepAsync(int count)
        {
            while (_kept.Count < count)
            {
                _kept.Push(await pool.RentAsync());
            }

            while (_kept.Count > count)
            {
                await _kept.Pop().DisposeAsync();
            }
        }
    }
}
