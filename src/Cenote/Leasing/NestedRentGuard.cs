using System.Collections.Concurrent;
using Cenote.Events;
using Cenote.Statistics;
using Microsoft.Extensions.Logging;

namespace Cenote.Leasing;

/// <summary>
/// A record, in the execution context, of the leases of each flow. A flow that forks passes on the leases of that
/// moment, and none that it rents afterwards: siblings do not see each other's leases.
/// </summary>
internal sealed class NestedRentGuard(PoolSettings settings, Meters meters, ILogger logger)
{
    /// <summary>
    /// The maximum number of reported pairs of call sites. A program has fewer; generated ones must not fill the
    /// memory.
    /// </summary>
    private const int MaxPairs = 1000;

    private readonly AsyncLocal<FlowRent?> _current = new();
    private readonly ConcurrentDictionary<(CallSite Held, CallSite Asked), bool> _reported = new();

    /// <summary>
    /// Begins a rent of the calling flow. The caller must not be async, because its own caller would not see changes of
    /// an async method's context.
    /// </summary>
    /// <exception cref="NestedRentException">The flow holds a connection already, and must not.</exception>
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

    /// <summary>Returns whether a nested rent with these two call sites was seen.</summary>
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
