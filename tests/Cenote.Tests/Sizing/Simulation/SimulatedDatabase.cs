namespace Cenote.Tests.Sizing.Simulation;

/// <summary>
/// A server that shares its capacity among the statements in progress, behind a pool with a limit, in virtual time.
/// Clients come back with the next statement as soon as they are served.
/// </summary>
/// <remarks>
/// Processor sharing: with m statements in progress, each advances at Rate(m) / m. The time of the work done for each
/// statement is the clock of the queue of their ends, so a change of the number of statements changes no entry.
/// </remarks>
/// <param name="scenario">The server and its load.</param>
internal sealed class SimulatedDatabase(SizingScenario scenario)
{
    private readonly PriorityQueue<double, double> _ends = new();
    private readonly Random _random = new(scenario.Seed);
    private double _done;
    private double _now;
    private double _leaseTime;
    private long _rents;
    private long _ended;

    /// <summary>Gets the size in each second.</summary>
    public List<int> Sizes { get; } = [];

    /// <summary>Gets the statements that ended in each second.</summary>
    public List<int> Ends { get; } = [];

    /// <summary>Gets what the policy said, and when.</summary>
    public List<(int At, SizingDecision Decision)> Decisions { get; } = [];

    /// <param name="seconds">For how long.</param>
    /// <param name="policy">Decides about the size once a second; <see langword="null"/> for a fixed one.</param>
    /// <param name="minSize">The size at first.</param>
    /// <param name="maxSize">The size of a pool whose policy only recommends.</param>
    public SimulatedDatabase Run(int seconds, ISizingPolicy? policy, int minSize, int maxSize = 200)
    {
        var limit = policy is { RecommendsOnly: true } ? maxSize : minSize;
        for (var second = 0; second < seconds; second++)
        {
            var ended = _ended;
            var clients = scenario.Clients(second);
            RunSecond(second, limit, clients);
            Sizes.Add(limit);
            Ends.Add((int)(_ended - ended));
            if (policy is null)
            {
                continue;
            }

            var decision = policy.Decide(new SizingObservation
            {
                Elapsed = TimeSpan.FromSeconds(_now),
                Leased = _ends.Count,
                Waiting = Math.Max(0, clients - _ends.Count),
                Total = limit,
                Limit = limit,
                MinSize = minSize,
                MaxSize = maxSize,
                Rents = _rents,
                MeasuredLeases = _ended,
                MeasuredLeaseTime = TimeSpan.FromSeconds(_leaseTime),
            });
            if (decision is not null)
            {
                limit = policy.RecommendsOnly ? limit : decision.Size;
                Decisions.Add((second + 1, decision));
            }
        }

        return this;
    }

    private void RunSecond(int second, int limit, int clients)
    {
        double end = second + 1;
        while (true)
        {
            while (_ends.Count < Math.Min(limit, clients))
            {
                _rents++;
                _ends.Enqueue(_now, _done + scenario.Work(_random));
            }

            var active = _ends.Count;
            var speed = active == 0 ? 0 : scenario.Rate(second, active) / active;
            if (active == 0 || !_ends.TryPeek(out var began, out var due) || _now + ((due - _done) / speed) > end)
            {
                _done += speed * (end - _now);
                _now = end;
                return;
            }

            _ends.Dequeue();
            _now += (due - _done) / speed;
            _done = due;
            _leaseTime += _now - began;
            _ended++;
        }
    }
}
