using System.Collections.Concurrent;

namespace Cenote.StubDriver;

/// <summary>A script by call and number; steps may be added and taken away while the driver runs.</summary>
public sealed class CallScript : StubScript
{
    private readonly ConcurrentDictionary<(StubCall Call, int Number), StubStep> _steps = new();
    private readonly ConcurrentDictionary<StubCall, StubStep> _always = new();

    /// <summary>The call of this number, from 1, does this.</summary>
    public CallScript At(StubCall call, int number, StubStep step)
    {
        _steps[(call, number)] = step;
        return this;
    }

    /// <summary>Every call of the kind without a step of its own does this, from now on.</summary>
    public CallScript Always(StubCall call, StubStep step)
    {
        _always[call] = step;
        return this;
    }

    /// <summary>Calls of the kind succeed again.</summary>
    public CallScript Heal(StubCall call)
    {
        _always.TryRemove(call, out _);
        foreach (var key in _steps.Keys.Where(key => key.Call == call))
        {
            _steps.TryRemove(key, out _);
        }

        return this;
    }

    /// <inheritdoc/>
    public override StubStep? Next(StubCall call, int number) =>
        _steps.TryGetValue((call, number), out var step) || _always.TryGetValue(call, out step) ? step : null;
}
