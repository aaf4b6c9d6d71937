using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote.Diagnosing;

/// <summary>The sessions of one pool, as the pool knows them, before the server is queried.</summary>
internal sealed class PoolSessions
{
    private PoolSessions(PoolEngine engine, List<OpenSession> sessions) => (Engine, Sessions) = (engine, sessions);

    internal PoolEngine Engine { get; }

    internal List<OpenSession> Sessions { get; }

    /// <summary>
    /// Reads the sessions of all pools on the server of one of them, which comes first. Other servers may have sessions
    /// with the same ids.
    /// </summary>
    internal static List<PoolSessions> Read(List<PoolEngine> pools, PoolEngine asking, ServerGate server)
    {
        var read = new List<PoolSessions>();
        foreach (var pool in pools.OrderByDescending(pool => ReferenceEquals(pool, asking)))
        {
            if (pool.Provider is ISessionActivityReader reader && pool.Provider.GetType() == asking.Provider.GetType() && server.IsOf(pool.Provider, pool.Settings.Clock.TimeProvider))
            {
                read.Add(new PoolSessions(pool, ReadSessions(pool, reader)));
            }
        }

        return read;
    }

    private static List<OpenSession> ReadSessions(PoolEngine pool, ISessionActivityReader reader)
    {
        var sessions = new List<OpenSession>();
        foreach (var slot in pool.Desk.Slots.All)
        {
            var word = slot.Word;
            if (SlotWord.StateOf(word) is SlotState.Empty or SlotState.Opening or SlotState.Closing
                || slot.Physical is not { } physical || reader.GetSession(physical) is not { } identity)
            {
                continue;
            }

            var age = TimeSpan.FromMilliseconds(pool.Settings.Clock.ElapsedMilliseconds - slot.Age.BornAt);
            var lease = SlotWord.StateOf(word) == SlotState.Leased ? slot.GetLeaseInfo(word, pool.Settings.Clock) : null;
            var session = new OpenSession(identity, age, lease, slot, word, physical);
            if (session.IsUnchanged())
            {
                sessions.Add(session);
            }
        }

        return sessions;
    }
}
