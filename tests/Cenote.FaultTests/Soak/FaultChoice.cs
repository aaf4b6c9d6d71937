using Cenote.FaultTests.Scenarios;

namespace Cenote.FaultTests.Soak;

/// <summary>One fault, or two of different kinds at once, from a seed.</summary>
internal sealed class FaultChoice(int seed)
{
#pragma warning disable CA5394 // A soak is to be repeatable, not unpredictable.
    private readonly Random _random = new(seed);

    internal IReadOnlyList<Scenario> Next()
    {
        var first = Any(Catalogue.All);
        if (_random.Next(3) > 0 || first.NeedsPool)
        {
            return [first];
        }

        var others = NetworkScenarios.All.Contains(first) ? ServerScenarios.All : NetworkScenarios.All;
        return [first, Any([.. others.Where(static scenario => !scenario.NeedsPool)])];
    }

    private Scenario Any(IReadOnlyList<Scenario> scenarios) => scenarios[_random.Next(scenarios.Count)];
#pragma warning restore CA5394
}
