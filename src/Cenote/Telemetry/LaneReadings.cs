namespace Cenote.Telemetry;

/// <summary>The instruments of lanes. A pool has few, so the attribute has few values.</summary>
internal static class LaneReadings
{
    private const string Attribute = "cenote.lane";

    internal static void Define(PoolReadings readings)
    {
        readings.Levels("cenote.lane.connections", "{connection}", "Connections that count for a lane: leased, or not yet free since.", Attribute, Read(static lane => lane.InUse));
        readings.Levels("cenote.lane.waiting", "{caller}", "Callers of a lane that wait.", Attribute, Read(static lane => lane.Waiting));
        readings.Counts("cenote.lane.rents", "{rent}", "Connections rented in a lane.", Attribute, Read(static lane => lane.Rents));
        readings.Counts("cenote.lane.waits", "{rent}", "Connections rented in a lane after a wait in the queue.", Attribute, Read(static lane => lane.Waits));
        readings.Counts("cenote.lane.timeouts", "{timeout}", "Callers of a lane that reached the acquire timeout.", Attribute, Read(static lane => lane.Timeouts));
        readings.Counts("cenote.lane.rejected", "{caller}", "Callers of a lane that were rejected because too many waited, or for too long.", Attribute, Read(static lane => lane.OverloadRejections));
    }

    private static Func<PoolEngine, IEnumerable<(string Lane, long Number)>> Read(Func<LaneStatistics, long> read) =>
        pool => pool.Desk.ReadLanes(withTimes: false).Select(lane => (lane.Name, read(lane)));
}
