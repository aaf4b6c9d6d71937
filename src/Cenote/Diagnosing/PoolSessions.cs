using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote.Diagnosing;

/// <summary>The sessions of one pool, as the pool knows them, before the server is queried.</summary>
internal sealed class PoolSessions
{
    private PoolSessions(PoolEngine engine, List<OpenSession> sessions) => (Engine, Sessions) = (engine, sessions);

    internal PoolEngine Engine { get; }

    internal List<OpenSession> Sessions { get; }

    /// <summary>Reads the sessions of all pools that may be on the server of one of them.</summary>
    internal static List<PoolSessions> Read(List<PoolEngine> pools, PoolEngine asking)
    {
        var read = new List<PoolSessions>();
        foreach (var pool in pools)
        {
            if (pool.Provider is ISessionActivityReader reader && pool.Provider.GetType() == asking.Provider.GetType()
                && ReferenceEquals(pool.Settings.Clock.TimeProvider, asking.Settings.Clock.TimeProvider))
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
            var lease = slot.GetLeaseInfo(pool.Settings.Clock);
            if (ReferenceEquals(slot.Physical, physical))
            {
                sessions.Add(new OpenSession(identity, age, lease));
            }
        }

        return sessions;
    }
}
