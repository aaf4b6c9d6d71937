namespace Cenote.Budgets;

// Which pool gives up a connection for another one.
internal sealed partial class PermitLedger
{
    /// <summary>
    /// Returns whether a pool is to close a connection that its own callers wait for, because another pool waits, or
    /// because there are more than the budget allows. The caller closes it and calls <see cref="Permit.BeginReclaim"/>,
    /// or calls <see cref="CancelReclaim"/>.
    /// </summary>
    /// <param name="share">The pool's share.</param>
    /// <param name="now">The time on the pool's clock.</param>
    /// <param name="open">The usual duration of an open.</param>
    /// <param name="longestWait">How long a pool may have to wait for its turn.</param>
    internal bool TryBeginReclaim(BudgetShare share, TimeSpan now, TimeSpan open, TimeSpan longestWait)
    {
        lock (_gate)
        {
            if (!share.MayYield || Missing <= 0 || !MustYieldTurn(share, now, open, longestWait))
            {
                return false;
            }

            // To the end of the queue, with a new turn.
            share.TurnSince = now;
            Change(share, turn: ++_turns);
            BeginReclaim(share);
            return true;
        }
    }

    /// <summary>
    /// Looks for the longest idle connection of all pools, because one of this pool has become idle and is not needed
    /// there. <see cref="Notify"/> closes it.
    /// </summary>
    internal void LookAgain(BudgetShare share)
    {
        lock (_gate)
        {
            if (share.MayYield && Missing > 0 && (share.Wanted == 0 || !KeepsIdle(share, FindNext())))
            {
                _mustLook = true;
                UpdateContention();
            }
        }
    }

    /// <summary>Ends a reclaim that found no connection.</summary>
    internal void CancelReclaim(BudgetShare share)
    {
        lock (_gate)
        {
            EndReclaim(share);
            _mustLook = true;
            Update(share);
        }
    }

    private void EndReclaim(BudgetShare share)
    {
        _reclaiming--;
        share.Reclaiming--;
    }

    /// <summary>Gets how many connections are missing, less the ones that are being closed.</summary>
    private int Missing => _used + _claimed - _size - _reclaiming;

    /// <summary>
    /// Returns whether a connection that callers of its own pool wait for goes to another pool: at once where that has
    /// two fewer, and after a turn where it has one fewer.
    /// </summary>
    private bool MustYieldTurn(BudgetShare share, TimeSpan now, TimeSpan open, TimeSpan longestWait)
    {
        if (_used + _reserved > _size + _reclaiming)
        {
            return true;
        }

        if (FindNext() is not { } next || share.Excess - share.Reclaiming - next.Excess is not (> 0 and var more))
        {
            return false;
        }

        var longest = longestWait * _size / (2 * (_waiting.Count + 1));
        var turn = open * OpensPerTurn < LongestTurn ? open * OpensPerTurn : LongestTurn;
        return more > 1 || now - share.TurnSince >= (turn < longest ? turn : longest);
    }

    /// <summary>
    /// Returns whether the idle connections of a pool stay there although its callers wait: they are reserved for a
    /// lane. Another pool gets them where that has two fewer, or none at all. Otherwise the two would take them from
    /// each other again and again, as would the pool from itself. A pool that has none, and is guaranteed none, rents
    /// the one that it gets at once.
    /// </summary>
    private bool KeepsIdle(BudgetShare holder, (int Excess, bool HasSome, long Turn)? nextPlace) =>
        holder.Wanted > 0
        && _used + _reserved <= _size + _reclaiming
        && (nextPlace is not { } next || holder.Excess - holder.Reclaiming - next.Excess <= (next.HasSome ? 1 : 0));

    /// <summary>
    /// Finds the place of the pool that would get one more connection, after all that are being closed are opened
    /// again. <see langword="null"/> when they suffice for all.
    /// </summary>
    private (int Excess, bool HasSome, long Turn)? FindNext()
    {
        var coming = _size + _reclaiming - _used - _reserved;
        if (coming == 0 && _waiting.Min is { Excess: >= 0 } first)
        {
            return first.PlaceWith(0);
        }

        // No more pools than connections can get one, beside pools that get what is reserved for them.
        var order = new PriorityQueue<(BudgetShare Share, int More), (int Excess, bool HasSome, long Turn)>();
        var others = coming;
        foreach (var share in _waiting)
        {
            order.Enqueue((share, 0), share.PlaceWith(0));
            if (share.Excess >= 0 && others-- <= 0)
            {
                break;
            }
        }

        while (order.TryDequeue(out var pool, out var place))
        {
            if (place.Excess >= 0 && coming-- <= 0)
            {
                return place;
            }

            if (pool.More + 1 < pool.Share.AllWanted)
            {
                order.Enqueue((pool.Share, pool.More + 1), pool.Share.PlaceWith(pool.More + 1));
            }
        }

        return null;
    }

    private void BeginReclaim(BudgetShare share)
    {
        _reclaiming++;
        share.Reclaiming++;
    }

    private IdleConnection? FindLongestIdle(out BudgetShare share)
    {
        share = null!;
        IdleConnection? longest = null;
        if (Missing <= 0)
        {
            return null;
        }

        _looks++;
        var next = FindNext();
        foreach (var holder in _holders)
        {
            if (holder.MayYield && !KeepsIdle(holder, next) && holder.Pool.FindLongestIdle(_looks) is { } idle && (longest is null || idle.IsBefore(longest.Value)))
            {
                (share, longest) = (holder, idle);
            }
        }

        return longest;
    }
}
