using System.Diagnostics;
using Cenote.LoadBench.Load;
using Cenote.LoadBench.Parts;
using Cenote.LoadBench.Sides;
using Cenote.Reporting;

namespace Cenote.LoadBench.HandOver;

/// <summary>Rents and hand-overs of a pool of 10,000 slots beside one of 8.</summary>
internal sealed class SlotsPart : IPart
{
    private const int Rounds = 15;
    private const int Few = 8;
    private const int Many = 10_000;
    private const int Callers = 64;
    private const int Rents = 50_000;
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(300);

    public string Name => "slots";

    public IReadOnlyCollection<Target> Run(Report report)
    {
        using var few = StubPools.Create(Few);
        using var many = StubPools.Create(Many);
        var (fewHeld, manyHeld) = (RentAll(few, Few), RentAll(many, Many));
        var rents = Turns.Take(Rounds, () => MeasureRents(few, fewHeld), () => MeasureRents(many, manyHeld));

        // The crowd uses the first 8 connections of each pool; the others stay leased.
        for (var i = 0; i < Few; i++)
        {
            fewHeld[i].Dispose();
            manyHeld[i].Dispose();
        }

        var handOvers = Turns.Take(
            Rounds,
            () => Crowd<CenoteSide, ConnectionLease>.Measure(new CenoteSide(few), Few, Callers, Duration).Nanoseconds,
            () => Crowd<CenoteSide, ConnectionLease>.Measure(new CenoteSide(many), Few, Callers, Duration).Nanoseconds);
        Array.ForEach(manyHeld, static lease => lease.Dispose());

        var rent = PairedRatio.Of(rents[1], rents[0]);
        var handOver = PairedRatio.Of(handOvers[1], handOvers[0]);
        report.Add($"## {Many:N0} slots beside {Few} ({Name})");
        report.Add();
        report.AddTable(
            ["operation", $"{Few} slots, ns", $"{Many:N0} slots, ns", "ratio"],
            [
                ["rent and return, one connection idle, each time another", $"{Median.Of(rents[0]):N1}", $"{Median.Of(rents[1]):N1}", rent.ToString()],
                [$"hand-over, all leased, {Callers} tasks on {Few}", $"{Median.Of(handOvers[0]):N0}", $"{Median.Of(handOvers[1]):N0}", handOver.ToString()],
            ]);
        report.Add();
        return
        [
            new Target($"rent at {Many:N0} slots", $"at most 1.2 times that at {Few}", rent.ToString(), rent.Ratio <= 1.2),
            new Target($"hand-over at {Many:N0} slots", $"at most 1.2 times that at {Few}", handOver.ToString(), handOver.Ratio <= 1.2),
        ];
    }

    private static ConnectionLease[] RentAll(ConnectionPool pool, int count) => [.. Enumerable.Range(0, count).Select(_ => pool.Rent())];

    /// <summary>
    /// Returns one connection and rents it again, in turn with six others that are spread over the pool. In each pool
    /// seven slots are touched, so that the caches do not decide.
    /// </summary>
    private static double MeasureRents(ConnectionPool pool, ConnectionLease[] held)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Rents; i++)
        {
            ref var lease = ref held[((i % (Few - 1)) + 1) * (held.Length / Few)];
            lease.Dispose();
            lease = pool.Rent();
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / Rents;
    }
}
