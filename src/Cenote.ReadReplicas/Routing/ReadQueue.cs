namespace Cenote.ReadReplicas.Routing;

/// <summary>
/// The reads of a set that wait, in their order, and the watches of the servers that may serve them. Only reads that
/// wait and callers that serve them take its lock.
/// </summary>
internal sealed class ReadQueue(int servers)
{
    // Reads that cannot be moved now do not keep an idle connection from the next ones.
    private const int MaxFound = 16;

    private readonly object _gate = new();
    private readonly LinkedList<WaitingRead> _reads = [];
    private readonly IdleWatch?[] _watches = new IdleWatch?[servers];

    /// <summary>Adds a read.</summary>
    /// <returns>The watches that begin with it.</returns>
    internal List<IdleWatch> Enter(WaitingRead read)
    {
        List<IdleWatch> begun = [];
        lock (_gate)
        {
            read.Place = _reads.AddLast(read);
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
            if (read.Place is not null)
            {
                Remove(read, ref ended);
            }

            given = read.Given;
        }

        ended?.ForEach(static watch => watch.End());
        return given;
    }

    /// <summary>Gives a read the connection of another server.</summary>
    /// <returns><see langword="false"/> when it does not wait any more, or the server has left the rotation: the
    /// connection must be returned.</returns>
    internal bool TryGive(WaitingRead read, ReplicaSetServer server, in ConnectionLease lease)
    {
        List<IdleWatch>? ended = null;
        lock (_gate)
        {
            if (read.Place is null || !read.MayBeServedBy(server))
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

    /// <summary>Returns the first reads that a server may serve.</summary>
    internal List<WaitingRead> FindFor(ReplicaSetServer server)
    {
        lock (_gate)
        {
            return [.. _reads.Where(read => read.MayBeServedBy(server)).Take(MaxFound)];
        }
    }

    private void Remove(WaitingRead read, ref List<IdleWatch>? ended)
    {
        _reads.Remove(read.Place!);
        read.Place = null;
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
