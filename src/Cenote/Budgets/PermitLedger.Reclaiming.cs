namespace Cenote.Budgets;

// Which pool gives up a connection for another one.
internal sealed partial class PermitLedger
{
    /// <summary>
    /// Returns whether a pool is to close an idle connection, because another one waits, or because there are more than
    /// the budget allows. The caller closes it and calls <see cref="Permit.BeginReclaim"/>, or calls
    /// <see cref="CancelReclaim"/>.
    /// </summary>
    /// <param name="share">The pool's share.</param>
    /// <param name="hasWaiters">Whether callers of the pool wait for the connection.</param>
    /// <param name="now">The time on the pool's clock.</param>
    /// <param name="open">The usual duration of an open.</param>
    /// <param name="longestWait">How long a pool may have to wait for its turn.</param>
    internal bool TryBeginReclaim(BudgetShare share, bool hasWaiters, TimeSpan now, TimeSpan open, TimeSpan longestWait)
    {
        lock (_gate)
        {
            if (!share.MayYield || Missing <= 0 || (hasWaiters && !MustYieldTurn(share, now, open, longestWait)))
            {
                return false;
            }

            if (hasWaiters)
            {
                // To the end of the queue, with a new turn.
                share.TurnSince = now;
                Change(share, turn: ++_turns);
            }

            BeginReclaim(share);
            return true;
        }
    }

    /// <summary>Ends a reclaim that found no connection.</summary>
    internal void CancelReclaim(BudgetShare share)
    {
        lock (_gate)
        {
            _reclaiming--;
            share.Reclaiming--;
            _reclaimed--;
            _mustLook = true;
            Update(share);
        }
    }

    /// <summary>Gets how many connections are missing, less the ones that are being closed.</summary>
    private int Missing => _used + _reserved + _wanted - _size - _reclaiming;

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

        if (_waiting.Min is not { } first || share.Excess - first.Excess is not (> 0 and var more))
        {
            return false;
        }

        var longest = longestWait * _size / (2 * (_waiting.Count + 1));
        var turn = open * OpensPerTurn < LongestTurn ? open * OpensPerTurn : LongestTurn;
        return more > 1 || now - share.TurnSince >= (turn < longest ? turn : longest);
    }

    private void BeginReclaim(BudgetShare share)
    {
        _reclaiming++;
        _reclaimed++;
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
        foreach (var holder in _holders)
        {
            if (holder.MayYield && holder.Pool.FindLongestIdle(_looks) is { } idle && (longest is null || idle.IsBefore(longest.Value)))
            {
                (share, longest) = (holder, idle);
            }
        }

        return longest;
    }
}
