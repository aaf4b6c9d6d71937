namespace Cenote.Leasing;

// A pool with lanes: every rent is counted for its lane, under the lock.
internal sealed partial class LeaseDesk
{
    /// <summary>Gets the lanes; <see langword="null"/> for a pool without.</summary>
    internal LaneTable? Lanes { get; }

    /// <summary>
    /// Takes an idle connection for a caller's lane, if no caller waits for it, or returns an empty lease.
    /// </summary>
    /// <param name="lane">The lane; below 0 for none of the pool's.</param>
    /// <param name="site">The caller's site.</param>
    internal ConnectionLease TryRentInLane(int lane, CallSite site)
    {
        if (Lanes is not { } lanes || lane < 0 || (Attention & ~(int)(Leasing.Attention.Lasting | Leasing.Attention.Waiting)) != 0)
        {
            return default;
        }

        var freshSince = ExactFreshSince;
        var now = Clock.Elapsed;
        Slot? slot;
        long ticket;
        lock (_gate)
        {
            // Looked at again: the bits change under the lock. No caller is overtaken, of whichever lane, except by one
            // whose lane has not used up its reserve.
            if ((_attention & ~(int)(Leasing.Attention.Lasting | Leasing.Attention.Waiting)) != 0
                || !lanes.MayTake(lanes.All[lane])
                || lanes.All[lane].Waiting.Count > 0
                || (lanes.All[lane].InUse >= lanes.All[lane].Reserve && lanes.FindNext() is not null)
                || (slot = _slots.TryTakeIdle(freshSince, out ticket)) is null)
            {
                return default;
            }

            lanes.Take(lane, slot, now);
        }

        slot.SetHolder(ticket, this, site);
        IdleTaken();
        return slot.PreparesLeases && !TryBeginLease(slot, ticket) ? default : new ConnectionLease(slot, ticket);
    }

    /// <summary>Returns the numbers of each lane at one moment; none for a pool without lanes.</summary>
    /// <param name="withTimes">Whether the times of the waits are also wanted, which take longer to read.</param>
    internal IReadOnlyList<LaneStatistics> ReadLanes(bool withTimes = true)
    {
        if (Lanes is not { } lanes)
        {
            return [];
        }

        LaneStatistics[] read;
        lock (_gate)
        {
            var now = Clock.Elapsed;
            read = [.. lanes.All.Select(lane => lane.Read(now, isFull: !lanes.MayTake(lane)))];
        }

        // The percentiles come after the lock, so that returns never wait for statistics.
        for (var i = 0; i < read.Length && withTimes; i++)
        {
            read[i].WaitTime = lanes.All[i].WaitTime.Summarize(zeros: Math.Max(0, read[i].Rents - read[i].Waits));
        }

        return read;
    }

    /// <summary>Returns the lanes and their numbers as text; <see langword="null"/> without lanes.</summary>
    internal string? DescribeLanes()
    {
        lock (_gate)
        {
            return Lanes?.Describe();
        }
    }

    /// <summary>Returns the slots whose connections count for a lane.</summary>
    internal HashSet<int> ReadSlotsOf(int lane)
    {
        lock (_gate)
        {
            return Lanes!.SlotsOf(lane);
        }
    }

    /// <summary>
    /// Counts the waiting callers that more connections could serve. The settings of their lane keep others waiting.
    /// </summary>
    internal int CountServable()
    {
        lock (_gate)
        {
            return _queue.Servable;
        }
    }

    /// <summary>
    /// Returns the settings that keep callers of a lane waiting beside connections of the pool, and what to do about
    /// them; <see langword="null"/> for none.
    /// </summary>
    internal string? DescribeBound(string? lane)
    {
        lock (_gate)
        {
            return lane is null ? null : Lanes?.DescribeBound(lane);
        }
    }

    /// <summary>
    /// Returns how long a caller that came now would wait, by the usual time of a lease; <see langword="null"/> before
    /// one was measured.
    /// </summary>
    /// <param name="lane">The name of its lane; <see langword="null"/> in a pool without lanes.</param>
    internal TimeSpan? EstimateWait(string? lane)
    {
        lock (_gate)
        {
            return lane is not null && Lanes is { } lanes
                ? lanes.EstimateWait(lane)
                : Expected.Uses.Value * ((_queue.Count + 1) / (double)Math.Max(1, Capacity.Limit));
        }
    }

    /// <summary>Returns the exception for the lane of the current flow, which the pool does not have.</summary>
    internal InvalidOperationException UnknownLane() => _failures.UnknownLane(Lane.Current?.Name);

    /// <summary>Returns the name of a lane; <see langword="null"/> in a pool without lanes.</summary>
    internal string? NameOfLane(int lane) => Lanes?.All[lane].Name;

    /// <summary>
    /// Ends the count of a connection for its lane, if its slot is free. The slot is idle already, so nothing else
    /// would end it: an interruption of the thread is kept for later, and a clock that fails is replaced by the coarse
    /// one.
    /// </summary>
    private void ReleaseLane(LaneTable lanes, Slot slot)
    {
        var now = TimeSpan.FromMilliseconds(Now);
        try
        {
            now = Clock.Elapsed;
        }
        finally
        {
            ReleaseLane(lanes, slot, now);
        }
    }

    private void ReleaseLane(LaneTable lanes, Slot slot, TimeSpan now)
    {
        var wasInterrupted = false;
        while (true)
        {
            try
            {
                lock (_gate)
                {
                    lanes.ReleaseIfFree(slot, now);
                }

                break;
            }
            catch (ThreadInterruptedException)
            {
                wasInterrupted = true;
            }
        }

        if (wasInterrupted)
        {
            Thread.CurrentThread.Interrupt();
        }
    }

    /// <summary>
    /// Returns whether the pool has so many connections, or the circuit, the server and the budget let it open them, as
    /// far as it knows. Under the lock.
    /// </summary>
    private bool CanHave(int connections)
    {
        var live = CountLive();
        return live >= connections
            || (Circuit.State == CircuitState.Closed
                && Capacity.CanReach(connections, live, Clock.ElapsedMilliseconds)
                && (_share is not { } share || share.Ledger.CanTake(share, connections - live - Capacity.UnderWay)));
    }
}
