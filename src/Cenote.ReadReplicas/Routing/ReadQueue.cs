namespace Cenote.ReadReplicas.Routing;

/// <summary>
/// The reads of a set that wait, in their order, and the watches of the servers that may serve them. Only reads that
/// wait and callers that serve them take its lock.
/// </summary>
internal sealed class ReadQueue(int servers)
{
    private readonly object _gate = new();
    private readonly List<WaitingRead> _reads = [];
    private readonly IdleWatch?[] _watches = new IdleWatch?[servers];

    /// <summary>Adds a read.</summary>
    /// <returns>The watches that begin with it.</returns>
    internal List<IdleWatch> Enter(WaitingRead read)
    {
        List<IdleWatch> begun = [];
        lock (_gate)
        {
            _reads.Add(read);
            read.IsQueued = true;
            foreach (var server in read.Elsewhere)
            {
                var watch = _watches[server.Ordinal];
                if (watch is null)
                {
                    _watches[server.Ordinal] = watch = new IdleWatch(server);
                    begun.Add(watch);
                }

                watch.Wanted++;
            }
        }

        return begun;
    }

    /// <summary>Ends the wait of a read.</summary>
    /// <returns>The connection that it was given, which it must use or return.</returns>
    internal ConnectionLease Leave(WaitingRead read)
    {
        ConnectionLease given;
        List<IdleWatch>? ended = null;
        lock (_gate)
        {
            if (read.IsQueued)
            {
                Remove(read, ref ended);
            }

            given = read.Given;
        }

        ended?.ForEach(static watch => watch.End());
        return given;
    }

    /// <summary>Gives a read the connection of another server.</summary>
    /// <returns><see langword="false"/> when it does not wait any more: the connection must be returned.</returns>
    internal bool TryGive(WaitingRead read, in ConnectionLease lease)
    {
        List<IdleWatch>? ended = null;
        lock (_gate)
        {
            if (!read.IsQueued)
            {
                return false;
            }

            Remove(read, ref ended);
            read.Given = lease;
        }

        ended?.ForEach(static watch => watch.End());
        read.Move();
        return true;
    }

    /// <summary>Returns the reads that a server may serve.</summary>
    internal WaitingRead[] FindFor(ReplicaSetServer server)
    {
        lock (_gate)
        {
            return [.. _reads.Where(read => Array.IndexOf(read.Elsewhere, server) >= 0)];
        }
    }

    private void Remove(WaitingRead read, ref List<IdleWatch>? ended)
    {
        read.IsQueued = false;
        _reads.Remove(read);
        foreach (var server in read.Elsewhere)
        {
            var watch = _watches[server.Ordinal]!;
            if (--watch.Wanted == 0)
            {
                _watches[server.Ordinal] = null;
                (ended ??= []).Add(watch);
            }
        }
    }
}
