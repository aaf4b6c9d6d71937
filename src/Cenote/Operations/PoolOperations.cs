using Cenote.Connections;
using Cenote.Events;
using Cenote.Leasing;
using Cenote.Providers;
using Cenote.Sizing;

namespace Cenote.Operations;

/// <summary>The operations that an operator runs on a pool.</summary>
internal sealed class PoolOperations(DatabaseProvider provider, PoolSettings settings, LeaseDesk desk, ConnectionWork work, PoolJournal journal)
{
    private const int MaxConcurrentValidations = 16;

    private readonly object _sizes = new();
    private volatile bool _isDraining;
    private string _waitingForRestart = "";

    internal PoolState ReadState() =>
        desk.IsClosed ? PoolState.Closed
        : !desk.Attention.HasAny(Attention.Suspended) ? PoolState.Running
        : _isDraining ? PoolState.Draining
        : PoolState.Suspended;

    internal async Task WarmUpAsync(int? target, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        var capacity = desk.ReadCapacity();
        var wanted = target ?? capacity.MinSize;
        if (wanted < 0 || wanted > capacity.Limit)
        {
            throw new ArgumentOutOfRangeException(nameof(target), wanted, $"The warm-up target is out of range. Use 0 to the size of the pool, which is {capacity.Limit}.");
        }

        var reached = 0;
        while (reached < wanted)
        {
            var next = reached + 1;
            // Subscribes first: an open that fails at once would otherwise go unseen, and the wait would never end.
            var opened = desk.WhenAsync(counts => OpenIn(counts) >= next, failsWithOpens: true, cancellationToken);
            if (!opened.IsCompleted)
            {
                desk.Want(warmUpTarget: wanted);
            }

            await opened.ConfigureAwait(false);
            reached = next;
            progress?.Report(reached);
        }
    }

    internal async Task<int> ValidateIdleAsync(CancellationToken cancellationToken)
    {
        if (desk.IsClosed)
        {
            throw new PoolClosedException(settings.Name);
        }

        var good = 0;
        var validation = new ParallelOptions { MaxDegreeOfParallelism = Math.Min(settings.MaxConcurrentOpens, MaxConcurrentValidations), CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(desk.Slots.All.ToArray(), validation, ValidateAsync).ConfigureAwait(false);
        return good;

        async ValueTask ValidateAsync(Slot slot, CancellationToken token)
        {
            var word = slot.Word;
            if (SlotWord.StateOf(word) != SlotState.Idle)
            {
                return;
            }

            desk.BeginPreparing(slot);
            if (slot.TryLeaveIdle(word, SlotState.Validating)
                && await work.ValidateNowAsync(slot).ConfigureAwait(false))
            {
                Interlocked.Increment(ref good);
            }
        }
    }

    internal Task WaitUntilReadyAsync(CancellationToken cancellationToken) =>
        desk.WhenAsync(counts => OpenIn(counts) >= desk.ReadCapacity().MinSize, failsWithOpens: false, cancellationToken);

    internal Task WaitUntilIdleAsync(CancellationToken cancellationToken) =>
        desk.WhenAsync(static counts => counts.Total - counts.Opening == counts.Idle && counts.Waiting == 0, failsWithOpens: false, cancellationToken);

    /// <param name="minSize">The new minimum size.</param>
    /// <param name="maxSize">The new maximum size.</param>
    /// <param name="minIdle">The new head-room; <see langword="null"/> to keep it, as far as the size allows.</param>
    internal void Resize(int minSize, int maxSize, int? minIdle = null)
    {
        var problems = new OptionProblems();
        problems.FindSizes(minSize, maxSize);
        problems.FindMinIdle(minIdle ?? 0, maxSize);
        PoolOptionsException.ThrowIfAny(settings.Name, problems);
        lock (_sizes)
        {
            Guarantee(minSize, maxSize, settings.Followed.GuaranteedSize);
            var before = desk.ReadCapacity();
            var idle = minIdle ?? before.MinIdle;
            var limit = settings.SizingPolicy is null or { RecommendsOnly: true } ? maxSize : Math.Clamp(before.Limit, Capacity.SmallestLimitOf(minSize, maxSize, idle), maxSize);
            desk.Resize(minSize, maxSize, limit, idle);
            journal.Resized(before.Limit, limit, $"requested {minSize} to {maxSize}{(idle == before.MinIdle ? "" : $", {idle} idle")}");
        }
    }

    internal IReadOnlyList<string> Reconfigure(ConnectionPoolOptions options)
    {
        var changed = PoolSettings.Create(provider, options);
        var fixedChanges = settings.FindFixedChanges(changed).ToList();
        lock (_sizes)
        {
            // Compared with the configured sizes, not the current ones: sizes set by hand stay until the configured
            // ones change.
            var before = settings.Followed;
            var isResized = (changed.MinSize, changed.MaxSize, changed.Followed.MinIdle) != (before.MinSize, before.MaxSize, before.MinIdle);
            if (settings.KeepGuarantee(changed))
            {
                // For lanes that only a new pool can change.
                fixedChanges.Add(nameof(ConnectionPoolOptions.GuaranteedSize));
            }

            var after = changed.Followed;
            var changes = string.Join(", ", settings.DescribeChanges(changed));

            // May throw, so it comes before every change.
            var current = desk.ReadCapacity();
            Guarantee(isResized ? after.MinSize : current.MinSize, isResized ? after.MaxSize : current.MaxSize, after.GuaranteedSize);
            if (changes.Length > 0)
            {
                settings.Change(changed);
                desk.SetMaxWaiters(after.MaxWaiters);
                desk.StackSamplingInterval = after.LeakDetection.StackSamplingInterval;
                desk.LongestWait = after.AcquireTimeout;
                journal.Reconfigured(changes);
            }

            if (isResized)
            {
                Resize(after.MinSize, after.MaxSize, after.MinIdle);
            }

            // Logged once: a configuration may be reloaded every minute, for reasons unrelated to this pool.
            var waiting = string.Join(", ", fixedChanges);
            if (waiting.Length > 0 && waiting != _waitingForRestart)
            {
                PoolLog.ReconfigurationIncomplete(journal.Logger, settings.Name, waiting);
            }

            _waitingForRestart = waiting;
        }

        return fixedChanges;
    }

    internal void Suspend()
    {
        desk.Suspend();
        journal.Suspended();
    }

    internal void Resume()
    {
        _isDraining = false;
        desk.Resume();
        journal.Resumed();
    }

    internal void Clear()
    {
        journal.Cleared();
        desk.RetireAll(CloseReason.Retired);
    }

    internal Task DrainAsync(CancellationToken cancellationToken)
    {
        _isDraining = true;
        journal.Draining();
        Suspend();
        Clear();
        return desk.WhenAsync(static counts => counts.Total == 0, failsWithOpens: false, cancellationToken);
    }

    /// <summary>Has the budget guarantee a number of connections to the pool.</summary>
    private void Guarantee(int minSize, int maxSize, int guaranteedSize)
    {
        var guaranteed = Math.Max(minSize, guaranteedSize);
        var problems = new OptionProblems();
        LaneProblems.FindGuarantee(problems, settings.Lanes, settings.Budget?.Name, guaranteed, maxSize);
        PoolOptionsException.ThrowIfAny(settings.Name, problems);
        if (desk.Share is { } share && !share.Ledger.TryGuarantee(share, guaranteed))
        {
            throw new PoolOptionsException(settings.Name, [settings.Budget!.DescribeExcess(guaranteed)]);
        }
    }

    private static int OpenIn(PoolCounts counts) => counts.Idle + counts.Leased + counts.Resetting + counts.Validating;
}
