namespace Cenote.ReadReplicas.CausalReads;

/// <summary>
/// Callers that wait until a replica in rotation has reached the position of their token. They hold no connection.
/// </summary>
internal sealed class PositionWaits(TimeProvider clock)
{
    private readonly object _gate = new();
    private readonly List<Wait> _waits = [];

    /// <param name="position">The position that the caller needs.</param>
    /// <param name="server">The server that is expected to reach it first.</param>
    internal Wait Add(ReplicationPosition position, ReplicaSetServer server)
    {
        var wait = new Wait(position, server, clock.GetTimestamp());
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

    /// <summary>
    /// Returns the wait for the earliest position at a server; for one that no other is known to precede, where they
    /// cannot be compared. Before the others comes a wait that the server's own wait may end too late.
    /// </summary>
    /// <param name="server">The server.</param>
    /// <param name="awaited">What the server waits for; <see langword="null"/> when it does not wait.</param>
    internal Wait? EarliestAt(ReplicaSetServer server, ReplicationPosition? awaited)
    {
        Wait? earliest = null;
        lock (_gate)
        {
            foreach (var wait in _waits)
            {
                if (wait.Server == server && !wait.Over.IsCompleted && (earliest is null || Precedes(wait.Position, earliest.Position, awaited)))
                {
                    earliest = wait;
                }
            }
        }

        return earliest;
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

    /// <summary>A server has left the rotation: its callers may wait for another one.</summary>
    internal void Leave(ReplicaSetServer server)
    {
        lock (_gate)
        {
            foreach (var wait in _waits)
            {
                if (wait.Server == server)
                {
                    wait.Complete();
                }
            }
        }
    }

    private static bool Precedes(ReplicationPosition one, ReplicationPosition other, ReplicationPosition? awaited)
    {
        var isLater = awaited is null || one.Covers(awaited);
        var isOtherLater = awaited is null || other.Covers(awaited);
        return isLater == isOtherLater ? IsEarlier(one, other) : isOtherLater;
    }

    // Of equal positions the first counts: each further wait would begin the pace of the questions again.
    private static bool IsEarlier(ReplicationPosition one, ReplicationPosition other) => other.Covers(one) && !one.Covers(other);

    /// <summary>Wakes up every waiting caller, because no server advances any more.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _waits.ForEach(static wait => wait.Complete());
        }
    }

    /// <summary>One caller's wait.</summary>
    internal sealed class Wait(ReplicationPosition position, ReplicaSetServer server, long began)
    {
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal ReplicationPosition Position => position;

        internal ReplicaSetServer Server => server;

        internal long Began => began;

        /// <summary>Gets or sets whether the server was asked for its position meanwhile. For its probe only.</summary>
        internal bool IsAsked { get; set; }

        /// <summary>Gets or sets the number of questions without a pause before them. For its probe only.</summary>
        internal int UnpausedQuestions { get; set; }

        internal Task Over => _over.Task;

        internal void Complete() => _over.TrySetResult();
    }
}
