using System.Globalization;

namespace Cenote.Tests.Sizing.Simulation;

/// <summary>
/// Servers with knees from 2 to 64, each with steady and with difficult loads: once, or as often as CENOTE_SIZING_RUNS
/// says.
/// </summary>
internal static class SizingScenarios
{
    private static readonly int[] s_knees = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];

    public static IEnumerable<SizingScenario> All()
    {
        var repetitions = int.TryParse(Environment.GetEnvironmentVariable("CENOTE_SIZING_RUNS"), CultureInfo.InvariantCulture, out var runs) ? runs : 1;
        foreach (var knee in s_knees)
        {
            for (var repetition = 0; repetition < repetitions; repetition++)
            {
                foreach (var kind in Enum.GetValues<Kind>())
                {
                    if ((kind != Kind.Halved || knee >= 4) && (kind != Kind.SmoothKnee || knee >= 12))
                    {
                        yield return Create(kind, knee, repetition, seed: (knee * 1000) + (repetition * 10) + (int)kind);
                    }
                }
            }
        }
    }

    private static SizingScenario Create(Kind kind, int knee, int repetition, int seed)
    {
        // Milliseconds alone.
        var mean = (knee <= 8 ? 5 : knee <= 24 ? 10 : 20) / 1000.0;
        var scenario = new SizingScenario
        {
            Name = $"{kind}, knee {knee}, no. {repetition}",
            Kind = $"{kind}",
            Knee = knee,
            Seed = seed,
            Rate = SizingScenario.SharpKnee(knee),
            Work = SizingScenario.Exponential(mean),
        };
        var random = new Random(seed);
        switch (kind)
        {
            case Kind.SlowMixedWithFast:
                return scenario with { Work = SizingScenario.SlowAndFast(mean) };
            case Kind.Bursts:
                var (busy, quiet) = (random.Next(5, 30), random.Next(3, 20));
                return scenario with
                {
                    Clients = second => second % (busy + quiet) < busy ? 1000 : Math.Max(1, knee / 3),
                    JudgedFrom = 120,
                    Seconds = 180,
                };
            case Kind.Halved:
                return scenario with
                {
                    Rate = (second, active) => Math.Min(active, second < 100 ? knee : knee / 2.0),
                    JudgedFrom = 160,
                    Seconds = 220,
                };
            case Kind.NoisyNeighbour:
                var isTaken = new bool[200];
                for (var second = 0; second < isTaken.Length;)
                {
                    second += random.Next(8, 25);
                    for (var left = random.Next(2, 6); left > 0 && second < isTaken.Length; left--)
                    {
                        isTaken[second++] = true;
                    }
                }

                return scenario with { Rate = (second, active) => Math.Min(active, isTaken[second] ? knee * 0.7 : knee), Seconds = 180 };
            case Kind.SmoothKnee:
                var contention = 0.02 + (0.06 * random.NextDouble());
                return scenario with { Rate = SizingScenario.Law(contention, (1 - contention) / (knee * knee)) };
            default:
                return scenario;
        }
    }

    private enum Kind
    {
        Steady,
        SlowMixedWithFast,
        Bursts,
        Halved,
        NoisyNeighbour,
        SmoothKnee,
    }
}
