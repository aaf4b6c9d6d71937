namespace Cenote.StubDriver;

/// <summary>Fails, hangs and answers late at random, from a seed, until it is calmed.</summary>
public sealed class RandomScript(int seed, double failShare, double hangShare) : StubScript
{
    private readonly object _lock = new();
    private readonly Random _random = new(seed);
    private readonly List<StubGate> _hung = [];
    private bool _calm;

    /// <summary>Calls that the script leaves alone.</summary>
    public IReadOnlyCollection<StubCall> Spared { get; init; } = [];

    /// <inheritdoc/>
    public override StubStep? Next(StubCall call, int number)
    {
        lock (_lock)
        {
            if (_calm || Spared.Contains(call))
            {
                return null;
            }

            var dice = _random.NextDouble();
            if (dice < failShare)
            {
                return StubStep.Fail(AnyKind());
            }


            // These two promise to be immediate.
            if (dice >= failShare + hangShare || call is StubCall.IsUsable or StubCall.BeginLease)
            {
                return null;
            }

            var gate = new StubGate();
            _hung.Add(gate);
            var step = StubStep.Hang(gate, honoursCancellation: _random.Next(2) == 0);
            return _random.Next(3) == 0 ? step.ThenFail(AnyKind()) : step;
        }
    }

    /// <summary>Lets one hung call go on; says whether there was one.</summary>
    public bool ReleaseOne()
    {
        StubGate gate;
        lock (_lock)
        {
            if (_hung.Count == 0)
            {
                return false;
            }

            var index = _random.Next(_hung.Count);
            gate = _hung[index];
            _hung.RemoveAt(index);
        }

        gate.Release();
        return true;
    }

    /// <summary>Every later call succeeds at once, and every hung one goes on.</summary>
    public void Calm()
    {
        StubGate[] hung;
        lock (_lock)
        {
            _calm = true;
            hung = [.. _hung];
            _hung.Clear();
        }

        foreach (var gate in hung)
        {
            gate.Release();
        }
    }

    private FailureKind AnyKind() => _random.Next(4) switch
    {
        0 => FailureKind.TooManyConnections,
        1 => FailureKind.Transient,
        _ => FailureKind.ConnectionLost,
    };
}
