using System.Data.Common;
using Cenote.Cli.Measuring;
using Cenote.Shared;

namespace Cenote.Cli.Comparing;

/// <summary>
/// Executes a statement through two pools in turn. Both do it through <see cref="DbDataSource"/>, as an application
/// does, so that the code around them is the same.
/// </summary>
internal sealed class Comparison(DbDataSource ours, DbDataSource driver, StatementLoad load, TimeProvider clock)
{
    internal const int Pairs = 15;

    // Long statements may take what time is left, but no turn becomes shorter than this share of what was planned.
    private const double Shortest = 0.5;

    /// <summary>Measures pairs of turns. In every other pair, the driver's pool is the first.</summary>
    /// <param name="clients">The numbers of clients.</param>
    /// <param name="size">The size of both pools.</param>
    /// <param name="duration">How long all turns together take. Connections are opened before.</param>
    /// <param name="progress">Told of each turn: the step, and the share of all that is done.</param>
    /// <param name="cancellationToken">A token to end the comparison.</param>
    /// <exception cref="DbException">The statement failed, or a connection was not available.</exception>
    /// <exception cref="MeasurementException">A turn had no execution.</exception>
    public async Task<IReadOnlyList<TurnPair>> RunAsync(IReadOnlyList<int> clients, int size, TimeSpan duration, Action<string, double> progress, CancellationToken cancellationToken)
    {
        progress("opening", 0);
        await StatementLoad.OpenAsync(ours, size, cancellationToken);
        await StatementLoad.OpenAsync(driver, size, cancellationToken);
        var started = clock.GetTimestamp();
        var planned = duration / (clients.Count * Pairs * 2);
        List<TurnPair> pairs = [];
        for (var round = 0; round < Pairs; round++)
        {
            foreach (var count in clients)
            {
                var rest = (duration - clock.GetElapsedTime(started)) / (2 * ((clients.Count * Pairs) - pairs.Count));
                var each = rest > planned * Shortest ? rest : planned * Shortest;
                var results = new LoadResult[2];
                foreach (var side in (int[])[round % 2, 1 - (round % 2)])
                {
                    progress($"{(side == 0 ? "Cenote" : "driver")}, {Figures.Plural(count, "client")}", clock.GetElapsedTime(started) / duration);
                    results[side] = await load.RunAsync(side == 0 ? ours : driver, count, each, cancellationToken);
                }

                pairs.Add(new TurnPair(count, results[0], results[1]));
            }
        }

        return pairs;
    }
}
