using Cenote.Sizing;

namespace Cenote.Leasing;

// Operations of an operator, or of a sizing policy, on a running pool.
internal sealed partial class LeaseDesk
{
    internal bool IsClosed => Attention.HasAny(Leasing.Attention.Closed);

    /// <summary>
    /// Returns a task that completes when the counts meet a condition. It fails when the pool closes or, on request,
    /// when an open fails.
    /// </summary>
    internal Task WhenAsync(Func<PoolCounts, bool> isMet, bool failsWithOpens, CancellationToken cancellationToken, bool evenWhenClosed = false) =>
        WhenAsync(new Condition(isMet, failsWithOpens), cancellationToken, evenWhenClosed);

    /// <summary>
    /// Returns a task that completes when a connection is idle that no caller of this pool waits for. It fails when the
    /// pool closes.
    /// </summary>
    internal Task WhenIdleAsync(CancellationToken cancellationToken) => WhenAsync(
        new Condition(
            counts => counts is { Idle: > 0, Waiting: 0 } && !_attention.HasAny(Leasing.Attention.Suspended | Leasing.Attention.Isolated),
            failsWithOpens: false,
            Leasing.Attention.Wanted),
        cancellationToken,
        evenWhenClosed: false);

    private Task WhenAsync(Condition condition, CancellationToken cancellationToken, bool evenWhenClosed)
    {
        lock (_gate)
        {
            if (IsClosed && !evenWhenClosed)
            {
                return Task.FromException(_failures.Closed());
            }

            _conditions.Add(condition);
            SetAttention(condition.Bit, on: true);
        }

        Settle();
        return condition.WaitAsync(Forget, cancellationToken);
    }

    internal void Suspend() => Reconsider(() => SetAttention(Leasing.Attention.Suspended, on: true));

    internal void Resume() => Reconsider(() =>
    {
        SetAttention(Leasing.Attention.Suspended, on: false);

        // Waits were long for another reason than load.
        _shedding?.Restart();
        Lanes?.RestartShedding();
    });

    /// <summary>Sets the bounds, and moves the limit into them.</summary>
    internal void Resize(int minSize, int maxSize, int limit, int? minIdle = null) => Reconsider(() =>
    {
        KeepIdle(minIdle ?? Capacity.MinIdle);
        Capacity.Resize(minSize, maxSize, limit);
        _slots.Grow(limit);
    });

    /// <summary>Sets the maximum number of waiting callers. Callers that already wait continue to wait.</summary>
    internal void SetMaxWaiters(int? maxWaiters) => _maxWaiters = maxWaiters ?? int.MaxValue;

    /// <summary>
    /// Requests connections beyond the minimum size: a warm-up, or replacements of connections that are due.
    /// </summary>
    internal void Want(int? warmUpTarget = null, int? replacements = null) => Reconsider(() =>
    {
        Capacity.WarmUpTo(warmUpTarget ?? 0, _slots.CountOf(SlotState.Closing));
        Capacity.Replacements = replacements ?? Capacity.Replacements;
    });

    /// <summary>Moves the limit within its bounds.</summary>
    internal void SetLimit(int limit) => Reconsider(() =>
    {
        Capacity.Resize(Capacity.MinSize, Capacity.MaxSize, Math.Clamp(limit, Capacity.SmallestLimit, Capacity.MaxSize));
        _slots.Grow(Capacity.Limit);
    });

    internal CapacityView ReadCapacity()
    {
        lock (_gate)
        {
            return Capacity.View();
        }
    }

    /// <summary>
    /// Returns how long the first caller in the queue has waited. For a caller that got a dead connection, the time
    /// counts from its beginning.
    /// </summary>
    internal TimeSpan ReadLongestWait()
    {
        lock (_gate)
        {
            return _queue.First is { } waiter ? Clock.Elapsed - waiter.StartedAt : TimeSpan.Zero;
        }
    }

    /// <summary>Returns the call sites of the first waiting callers.</summary>
    /// <param name="most">How many.</param>
    /// <param name="lane">Their lane; below 0 for all callers.</param>
    internal IReadOnlyList<CallSite> DescribeWaiters(int most, int lane = -1)
    {
        lock (_gate)
        {
            return _queue.DescribeSites(most, lane);
        }
    }

    /// <summary>
    /// Retires every connection older than this moment: idle ones close now, the others when they are returned. Opens
    /// in progress are signalled to end, because their connections will not be used. Others begin at once where the
    /// size allows it.
    /// </summary>
    internal void RetireAll(CloseReason reason)
    {
        List<Slot> old = [];
        CancellationTokenSource? opens;
        lock (_gate)
        {
            _generation++;
            opens = null;
            if (Capacity.Opening > 0)
            {
                (opens, _generationEnds) = (_generationEnds, null);
                Capacity.MarkOpensObsolete();
            }

            foreach (var slot in _slots.All)
            {
                if (slot.State is not (SlotState.Empty or SlotState.Opening or SlotState.Closing))
                {
                    // Under the lock, so that no connection of the new generation is affected.
                    slot.Retire(reason);
                    old.Add(slot);
                }
            }
        }

        // The opens that it ends report by themselves.
        _ = opens?.CancelAsync();
        old.ForEach(slot => CloseIfRetired(slot));
        Settle();
    }

    /// <summary>
    /// Closes the desk: every waiter fails, and no connection can be rented. Connections close with
    /// <see cref="ConnectionPool.Clear"/>.
    /// </summary>
    /// <returns><see langword="false"/> when the pool was closed already.</returns>
    internal bool TryClose()
    {
        List<Waiter> waiters = [];
        List<Condition> conditions;
        CancellationTokenSource? opens;
        lock (_gate)
        {
            if (IsClosed)
            {
                return false;
            }

            SetAttention(Leasing.Attention.Closed, on: true);
            while (_queue.First is { } waiter)
            {
                _queue.Remove(waiter);
                waiters.Add(waiter);
            }

            _queue.DropSpares(0);
            opens = Circuit.TakeOpens();
            conditions = _conditions.TakeAll();
            SetAttention(Leasing.Attention.Waiting | Leasing.Attention.Watched | Leasing.Attention.Wanted, on: false);
        }

        // The opens that it ends report by themselves.
        _ = opens?.CancelAsync();

        // None is created from here on.
        _probeTimer?.Dispose();
        _doubtTimer?.Dispose();
        _deadlineTimer?.Dispose();
        _deferredTimer?.Dispose();
        SendDeferredResets();
        foreach (var waiter in waiters)
        {
            if (!TryEndOver(waiter))
            {
                waiter.Fail(_failures.Closed());
            }
        }

        conditions.ForEach(condition => condition.Fail(_failures.Closed()));
        return true;
    }

    private void CloseIfRetired(Slot slot)
    {
        if (slot.RetireReason is { } reason)
        {
            CloseIfIdle(slot, reason);
        }
    }

    private void ShowConditions()
    {
        SetAttention(Leasing.Attention.Watched, _conditions.Has(Leasing.Attention.Watched));
        SetAttention(Leasing.Attention.Wanted, _conditions.Has(Leasing.Attention.Wanted));
    }

    private void Forget(Condition condition)
    {
        lock (_gate)
        {
            _conditions.Remove(condition);
            ShowConditions();
        }
    }

    private void Reconsider(Action change)
    {
        lock (_gate)
        {
            change();
        }

        Settle();
    }
}
