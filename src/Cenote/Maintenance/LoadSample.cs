using System.Numerics;
using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>
/// The task that samples the load and tunes the hot path: over how many slots rents spread, which leases are measured,
/// and on which thread sessions are reset.
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

        // The spread narrows slowly, because one sample is not enough, so that the slots of a busy pool stay apart.
        desk.Spread = Math.Max(leased, desk.Spread - 1);
        desk.SampleMask = MaskFor(leases - _seenLeases) & MaskForStacks(settings.StackSamplingInterval);
        desk.BeginCount(isQuiet: leases - _seenLeases < LeaseDesk.MaxQuietRents);
        _seenLeases = leases;
        desk.HadBlockedCallers = false;
    }

    /// <summary>
    /// Gets the mask of measured leases. Two precise clock reads cost more than a whole lease cycle, so a busier pool
    /// measures fewer leases.
    /// </summary>
    private static long MaskFor(long leasesPerTick) => leasesPerTick switch
    {
        < LeaseDesk.MaxQuietRents => 0,
        < 16_000 => 15L << SlotWord.VersionShift,
        _ => 255L << SlotWord.VersionShift,
    };

    /// <summary>
    /// Gets the mask of leases whose stack is taken. Only a measured lease can have its stack taken, so at least these
    /// are measured.
    /// </summary>
    private static long MaskForStacks(int sampling) =>
        sampling == 0 ? -1 : ((1L << BitOperations.Log2((uint)sampling)) - 1) << SlotWord.VersionShift;
}
