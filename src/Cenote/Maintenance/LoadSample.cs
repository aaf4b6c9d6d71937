using System.Numerics;
using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>
/// Looks at how busy the pool is, and tunes what the hot path does without knowing: over how many slots rents spread,
/// which leases are measured, and on whose thread sessions are cleared.
/// </summary>
internal sealed class LoadSample(PoolSettings settings, LeaseDesk desk) : IMaintenanceTask
{
    private long _seenLeases;

    public void Run()
    {
        var leased = 0;
        var leases = 0L;
        foreach (var slot in desk.Slots.All)
        {
            var word = slot.Word;
            leases += SlotWord.LeasesOf(word);
            leased += SlotWord.StateOf(word) == SlotState.Leased ? 1 : 0;
        }

        // One sample says little: the spread narrows slowly, so that the slots of a busy pool stay apart.
        desk.Spread = Math.Max(leased, desk.Spread - 1);
        desk.SampleMask = MaskFor(leases - _seenLeases) & MaskForStacks(settings.StackSamplingInterval);
        desk.BeginCount(isQuiet: leases - _seenLeases < LeaseDesk.MaxQuietRents);
        _seenLeases = leases;
        desk.HadBlockedCallers = false;
    }

    /// <summary>
    /// Two precise clock reads cost more than a whole lease cycle, so the busier the pool, the fewer leases are
    /// measured.
    /// </summary>
    private static long MaskFor(long leasesPerTick) => leasesPerTick switch
    {
        < LeaseDesk.MaxQuietRents => 0,
        < 16_000 => 15L << SlotWord.VersionShift,
        _ => 255L << SlotWord.VersionShift,
    };

    /// <summary>
    /// A lease that is not measured cannot have its stack taken either: as many are as that asks for.
    /// </summary>
    private static long MaskForStacks(int sampling) =>
        sampling == 0 ? -1 : ((1L << BitOperations.Log2((uint)sampling)) - 1) << SlotWord.VersionShift;
}
