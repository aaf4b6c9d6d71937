using System.Collections.Concurrent;
using Cenote.Events;
using Cenote.Statistics;
using Microsoft.Extensions.Logging;

namespace Cenote.Leasing;

/// <summary>
/// Remembers, with the execution context, what each flow holds. A flow that forks passes on what it held at that
/// moment, and nothing that is rented afterwards: siblings do not see each other's leases.
/// </summary>
internal sealed class NestedRentGuard(PoolSettings settings, Meters meters, ILogger logger)
{
    /// <summary>A program has fewer pairs of call sites; one that makes them up must not fill the memory.</summary>
    private const int MaxPairs = 1000;

    private readonly AsyncLocal<FlowRent?> _current = new();
    private readonly ConcurrentDictionary<(CallSite Held, CallSite Asked), bool> _reported = new();

    /// <summary>
    /// The calling flow asks for a connection. Called by a method that is not async: what an async method sets, its
    /// caller does not see.
    /// </summary>
    /// <exception cref="NestedRentException">It holds one, and must not.</exception>
    internal FlowRent Begin(CallSite callSite)
    {
        var held = _current.Value;
        while (held is { IsActive: false })
        {
            held = held.Outer;
        }

        if (held is not null)
        {
            Report(held.CallSite, callSite);
        }

        return _current.Value = new FlowRent(callSite, held);
    }

    /// <summary>
    /// Whether a flow that held a connection from the one line was seen to ask for another at the other.
    /// </summary>
    internal bool HasSeen(CallSite held, CallSite asked) => _reported.ContainsKey((held, asked));

    private void Report(CallSite held, CallSite asked)
    {
        meters.NestedRents.Increment();
        if (settings.NestedRentBehavior == NestedRentBehavior.Throw)
        {
            throw new NestedRentException(settings.Name, held, asked);
        }

        if (_reported.Count < MaxPairs && _reported.TryAdd((held, asked), true))
        {
            PoolLog.NestedRent(logger, settings.Name, asked, held);
        }
    }
}
