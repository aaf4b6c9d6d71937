namespace Cenote.ReadReplicas.CausalReads;

/// <summary>
/// Callers that wait until a replica in rotation has reached the position of their token. They hold no connection.
/// </summary>
internal sealed class PositionWaits
{
    private readonly object _gate = new();
    private readonly List<Wait> _waits = [];

    internal Wait Add(ReplicationPosition position)
    {
        var wait = new Wait(position);
        lock (_gate)
        {
            _waits.Add(wait);
        }

        return wait;
    }

    internal void Remove(Wait wait)
    {
        lock (_gate)
        {
            _waits.Remove(wait);
        }
    }

    /// <summary>A replica in rotation has come so far.</summary>
    internal void Reached(ReplicationPosition position)
    {
        List<Wait>? over = null;
        lock (_gate)
        {
            foreach (var wait in _waits)
            {
                if (position.Covers(wait.Position))
                {
                    (over ??= []).Add(wait);
                }
            }
        }

        foreach (var wait in over ?? [])
        {
            wait.Complete();
        }
    }

    /// <summary>Wakes up every waiting caller, because no server advances any more.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _waits.ForEach(static wait => wait.Complete());
        }
    }

    /// <summary>One caller's wait.</summary>
    internal sealed class Wait(ReplicationPosition position)
    {
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal ReplicationPosition Position => position;

        internal Task Over => _over.Task;

        internal void Complete() => _over.TrySetResult();
    }
}
