using Cenote.Diagnostics;
using Cenote.Leasing;
using Cenote.Telemetry;

namespace Cenote;

// What an operator does to a running pool.
internal sealed partial class PoolEngine
{
    private volatile bool _isDraining;
    private string _waitingForRestart = "";

    /// <summary>
    /// What must agree is read under the desk's lock; what takes longer, the percentiles, after it, so that returns never
    /// wait for somebody's statistics.
    /// </summary>
    internal PoolStatistics GetStatistics()
    {
        var statistics = Desk.Read(ReadCounters);
        return statistics with
        {
            WaitTime = _meters.WaitTime.Summarize(zeros: Math.Max(0, statistics.Rents - statistics.Waits)),
            UseTime = _meters.UseTime.Summarize(),
            ConnectTime = _meters.ConnectTime.Summarize(),
        };
    }

    internal PoolLatencies GetLatencies()
    {
        // Rents are counted after waits: a rent that comes in between is one more that did not wait, never one too few.
        var waits = _meters.WaitTime.Count;
        return new PoolLatencies
        {
            Wait = _meters.WaitTime.Snapshot(zeros: Math.Max(0, CountRents() - waits)),
            Use = _meters.UseTime.Snapshot(),
            Connect = _meters.ConnectTime.Snapshot(),
        };
    }

    internal long CountRents()
    {
        var rents = 0L;
        foreach (var slot in Desk.Slots.All)
        {
            rents += SlotWord.LeasesOf(slot.Word);
        }

        return rents;
    }

    private PoolStatistics ReadCounters(PoolCounts counts)
    {
        var rents = CountRents();
        var capacity = Desk.ReadCapacity();
        return new PoolStatistics
        {
            PoolName = Settings.Name,
            Time = Settings.Clock.UtcNow,
            State = ReadState(),
            MinSize = capacity.MinSize,
            MaxSize = capacity.MaxSize,
            Counts = counts,
            Rents = rents,
            Waits = _meters.WaitTime.Count,
            LongestWait = Desk.ReadLongestWait(),
            Timeouts = _meters.Timeouts.Value,
            Cancellations = _meters.Cancellations.Value,
            Errors = _meters.Errors.Value,
            Opened = _meters.Opened.Value,
            OpenFailures = _meters.OpenFailures.Value,
            Closed = _meters.ReadClosed(),
            LeaksSuspected = _meters.LeaksSuspected.Value,
            LateReturns = _meters.LateReturns.Value,
            LeasesRevoked = _meters.LeasesRevoked.Value,
            NestedRents = _meters.NestedRents.Value,
            UpkeepFailures = _meters.UpkeepFailures.Value,
            WaitTime = default,
            UseTime = default,
            ConnectTime = default,
            LastOpenFailure = _meters.LastOpenFailure,
            Circuit = Desk.ReadCircuit().State,
            CircuitOpenings = _meters.CircuitOpenings.Value,
            CircuitRejections = _meters.CircuitRejections.Value,
            Overloads = _meters.Overloads.Value,
        };
    }

    internal PoolState ReadState() =>
        Desk.IsClosed ? PoolState.Closed
        : !Desk.Attention.HasAny(Attention.Suspended) ? PoolState.Running
        : _isDraining ? PoolState.Draining
        : PoolState.Suspended;

    internal async Task WarmUpAsync(int? target, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        var capacity = Desk.ReadCapacity();
        var wanted = target ?? capacity.MinSize;
        if (wanted < 0 || wanted > capacity.Limit)
        {
            throw new ArgumentOutOfRangeException(nameof(target), wanted, $"A warm-up target is 0 to the size of the pool, which is {capacity.Limit}.");
        }

        var reached = 0;
        while (reached < wanted)
        {
            var next = reached + 1;
            // Listening comes first: an open that fails at once would otherwise fail unheard, and the wait never end.
            var opened = Desk.WhenAsync(counts => OpenIn(counts) >= next, failsWithOpens: true, cancellationToken);
            if (!opened.IsCompleted)
            {
                Desk.Want(warmUpTarget: wanted);
            }

            await opened.ConfigureAwait(false);
            reached = next;
            progress?.Report(reached);
        }
    }

    internal async Task<int> ValidateIdleAsync(CancellationToken cancellationToken)
    {
        if (Desk.IsClosed)
        {
            throw new PoolClosedException(Settings.Name);
        }

        var good = 0;
        var validation = new ParallelOptions { MaxDegreeOfParallelism = Settings.MaxConcurrentOpens, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Desk.Slots.All.ToArray(), validation, ValidateAsync).ConfigureAwait(false);
        return good;

        async ValueTask ValidateAsync(Slot slot, CancellationToken token)
        {
            var word = slot.Word;
            if (SlotWord.StateOf(word) != SlotState.Idle)
            {
                return;
            }

            Desk.Coming.Begin(slot);
            if (slot.TryChange(word, SlotWord.With(word, SlotState.Validating))
                && await Work.ValidateNowAsync(slot).ConfigureAwait(false))
            {
                Interlocked.Increment(ref good);
            }
        }
    }

    internal Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        return Desk.WhenAsync(counts => OpenIn(counts) >= Desk.ReadCapacity().MinSize, failsWithOpens: false, cancellationToken);
    }

    internal Task WaitUntilUnusedAsync(CancellationToken cancellationToken) =>
        Desk.WhenAsync(static counts => counts.Total - counts.Opening == counts.Idle && counts.Waiting == 0, failsWithOpens: false, cancellationToken);

    internal void Resize(int minSize, int maxSize)
    {
        var problems = new OptionProblems();
        problems.FindSizes(minSize, maxSize);
        problems.ThrowIfAny(Settings.Name);
        lock (_sizes)
        {
            var before = Desk.ReadCapacity();
            var limit = Settings.Sizing is null ? maxSize : Math.Clamp(before.Limit, Math.Max(1, minSize), maxSize);
            Desk.Resize(minSize, maxSize, limit);
            Journal.Resized(before.Limit, limit, $"asked for {minSize} to {maxSize}");
        }
    }

    internal IReadOnlyList<string> Reconfigure(ConnectionPoolOptions options)
    {
        var changed = PoolSettings.Create(Provider, options);
        var fixedChanges = Settings.FindFixedChanges(changed).ToList();
        lock (_sizes)
        {
            var before = Settings.Changeable;
            var after = changed.Changeable;
            var changes = string.Join(", ", after.DescribeChanges(before));
            if (changes.Length > 0)
            {
                Settings.Change(changed);
                Desk.SetMaxWaiters(after.MaxWaiters);
                Desk.StackSampling = after.StackSampling;
                Journal.Reconfigured(changes);
            }

            // Compared with what was configured, not with what is: sizes set by hand stay until the configured ones change.
            if ((after.MinSize, after.MaxSize) != (before.MinSize, before.MaxSize))
            {
                Resize(after.MinSize, after.MaxSize);
            }

            // Said once: a configuration may be reloaded every minute, for reasons that have nothing to do with this pool.
            var waiting = string.Join(", ", fixedChanges);
            if (waiting.Length > 0 && waiting != _waitingForRestart)
            {
                PoolLog.ReconfigurationIncomplete(_logger, Settings.Name, waiting);
            }

            _waitingForRestart = waiting;
        }

        return fixedChanges;
    }

    internal void Suspend()
    {
        Desk.Suspend();
        Journal.Suspended();
    }

    internal void Resume()
    {
        _isDraining = false;
        Desk.Resume();
        Journal.Resumed();
    }

    internal void RetireAll()
    {
        Journal.RetiredAll();
        Desk.RetireAll(CloseReason.Retired);
    }

    internal Task DrainAsync(CancellationToken cancellationToken)
    {
        _isDraining = true;
        Journal.Draining();
        Suspend();
        RetireAll();
        return Desk.WhenAsync(static counts => counts.Total == 0, failsWithOpens: false, cancellationToken);
    }

    internal async ValueTask<DedicatedConnection> OpenDedicatedAsync(CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        try
        {
            return new DedicatedConnection(await Work.OpenDedicatedAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (Desk.IsClosed && !cancellationToken.IsCancellationRequested)
        {
            throw new PoolClosedException(Settings.Name);
        }
    }

    /// <summary>Closes the pool and waits, for a bounded time, until what was idle is closed.</summary>
    internal void Close()
    {
        var closing = CloseAsync().AsTask();
        closing.Wait(Settings.ValidationTimeout + TimeSpan.FromSeconds(5));
    }

    internal async ValueTask CloseAsync()
    {
        if (!Desk.TryClose())
        {
            return;
        }

        PoolMetrics.Pools.Remove(this);
        _upkeep.WindDown();
        await _closed.CancelAsync().ConfigureAwait(false);
        var allGone = Desk.WhenAsync(static counts => counts.Total == 0, failsWithOpens: false, CancellationToken.None, evenWhenClosed: true);
        var idleGone = Desk.WhenAsync(static counts => counts.Total == counts.Leased, failsWithOpens: false, CancellationToken.None, evenWhenClosed: true);
        Desk.RetireAll(CloseReason.PoolClosed);
        var providerGone = DisposeProviderAsync(allGone);
        Journal.PoolClosed();
        await idleGone.ConfigureAwait(false);

        // What is still out is closed as it comes back, without clearing: nothing is left to keep up but the looks for leaks, and a holder
        // that never returns must not keep the timer, and with it the pool, alive for ever.
        _upkeep.Linger();
        if (Desk.Count().Total == 0 && _leftBehind.IsEmpty)
        {
            await providerGone.ConfigureAwait(false);
        }
    }

    /// <summary>The provider outlives the last lease, and the last open that came too late.</summary>
    private async Task DisposeProviderAsync(Task allGone)
    {
        await allGone.ConfigureAwait(false);
        _upkeep.Finish();
        await _leftBehind.WhenEmptyAsync().ConfigureAwait(false);
        await Provider.DisposeAsync().ConfigureAwait(false);
    }

    private static int OpenIn(PoolCounts counts) => counts.Idle + counts.Leased + counts.Resetting + counts.Validating;
}
