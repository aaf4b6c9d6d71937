using Cenote.Diagnosing;
using Cenote.InterleavingTests.Desk;
using Cenote.StubDriver;

namespace Cenote.InterleavingTests.Diagnosing;

/// <summary>The turns of several pools to query their server.</summary>
internal static class ServerGateTests
{
    [Interleaving]
    public static void One_pool_at_a_time_queries_the_server()
    {
        var clock = new StillClock();
        var provider = new StubProvider(new StubDatabase());
        clock.Advance(TimeSpan.FromMinutes(1));
        var inside = 0;
        var turns = 0;
        Threads.Run(Query, Query, Query);
        Check.That(turns > 0, "no pool had a turn");

        // Time that others let pass within a turn makes the pause after it longer.
        clock.Advance(TimeSpan.FromMinutes(2));
        Check.That(ServerGate.Of(provider, clock).TryEnter(), "a turn was not given back");

        void Query()
        {
            // Each pool finds the gate by itself, while others do.
            var gate = ServerGate.Of(provider, clock);
            for (var i = 0; i < 2; i++)
            {
                if (gate.TryEnter())
                {
                    Check.That(Interlocked.Increment(ref inside) == 1, "two pools query at once");
                    Interlocked.Increment(ref turns);
                    Interlocked.Decrement(ref inside);
                    gate.Leave(hasFailed: false);
                }

                clock.Advance(ServerGate.ShortestPause);
            }
        }
    }
}
