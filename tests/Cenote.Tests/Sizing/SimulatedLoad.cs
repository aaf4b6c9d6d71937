namespace Cenote.Tests.Sizing;

/// <summary>Plays a pool's upkeep for a sizing policy: one observation a second, its decisions taken at once.</summary>
internal sealed class SimulatedLoad(ISizingPolicy policy, int minimum, int maximum, int size)
{
    private int _lastDirection;

    public int Now { get; private set; }

    public int Size { get; private set; } = size;

    public int Reversals { get; private set; }

    public List<(int At, int Size, string Reason)> Changes { get; } = [];

    /// <param name="seconds">For how long.</param>
    /// <param name="leased">Connections wanted; what the size does not allow waits.</param>
    /// <param name="waiting">Callers queued; by default the ones that the size does not allow.</param>
    public void Run(int seconds, int leased, int? waiting = null)
    {
        for (var i = 0; i < seconds; i++)
        {
            Now++;
            var decision = policy.Decide(new SizingObservation
            {
                Elapsed = TimeSpan.FromSeconds(Now),
                Leased = Math.Min(leased, Size),
                Waiting = waiting ?? Math.Max(0, leased - Size),
                Total = Size,
                Limit = Size,
                MinSize = minimum,
                MaxSize = maximum,
            });
            if (decision is null)
            {
                continue;
            }

            var direction = Math.Sign(decision.Size - Size);
            Reversals += _lastDirection != 0 && direction != _lastDirection ? 1 : 0;
            _lastDirection = direction;
            Size = decision.Size;
            Changes.Add((Now, Size, decision.Reason));
        }
    }
}
