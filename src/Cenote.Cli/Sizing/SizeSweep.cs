using System.Data.Common;
using Cenote.Cli.Measuring;
using Cenote.Shared;

namespace Cenote.Cli.Sizing;

/// <summary>Executes a statement on more and more connections of one pool.</summary>
internal sealed class SizeSweep(ConnectionPool pool, StatementLoad load, TimeProvider clock)
{
    internal const int Rounds = 5;

    // Below this share of its planned time, a turn is worth less than one turn fewer.
    private const double Shortest = 0.5;

    /// <summary>Returns the sizes to try: small ones one by one, large ones in steps.</summary>
    public static IReadOnlyList<int> SizesUpTo(int max)
    {
        List<int> sizes = [];
        for (var power = 1; power <= max; power *= 2)
        {
            sizes.Add(power);
            if (power >= 2 && power + (power / 2) <= max)
            {
                sizes.Add(power + (power / 2));
            }
        }

        if (sizes[^1] != max)
        {
            sizes.Add(max);
        }

        return sizes;
    }

    /// <summary>
    /// Measures each size in each round, every other round backwards. There are fewer rounds where long executions
    /// would leave too little time for all.
    /// </summary>
    /// <param name="sizes">The sizes, in ascending order.</param>
    /// <param name="duration">How long all rounds together take. Connections are opened before.</param>
    /// <param name="progress">Told of each measurement: the step, and the share of all that is done.</param>
    /// <param name="cancellationToken">A token to end the sweep.</param>
    /// <exception cref="DbException">The statement failed, or a connection was not available.</exception>
    /// <exception cref="MeasurementException">A turn had no execution.</exception>
    public async Task<IReadOnlyList<SweepRound>> RunAsync(IReadOnlyList<int> sizes, TimeSpan duration, Action<string, double> progress, CancellationToken cancellationToken)
    {
        progress("opening", 0);
        await StatementLoad.OpenAsync(pool, sizes[^1], cancellationToken);
        var started = clock.GetTimestamp();
        var planned = duration / (sizes.Count * Rounds);
        var overhead = TimeSpan.Zero;
        List<SweepRound> rounds = [];
        for (var left = Rounds; left > 0; left--)
        {
            var each = (((duration - clock.GetElapsedTime(started)) / left) - overhead) / sizes.Count;
            if (rounds.Count > 0 && each < planned * Shortest)
            {
                // The rounds that remain have more time each.
                continue;
            }

            var roundStarted = clock.GetTimestamp();
            foreach (var size in left % 2 == 0 ? sizes.Reverse() : sizes)
            {
                progress(Figures.Plural(size, "connection"), clock.GetElapsedTime(started) / duration);
                var result = await load.RunAsync(pool, size, each, cancellationToken);
                rounds.Add(new SweepRound(size, result.PerSecond, result.Leases, result.Processor));
            }

            // Executions that end after their turn.
            overhead = clock.GetElapsedTime(roundStarted) - (each * sizes.Count);
        }

        return rounds;
    }
}
