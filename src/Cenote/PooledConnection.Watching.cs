using Cenote.AdoNet;

namespace Cenote;

// Several statements at once, where the database can only interrupt all of them.
public sealed partial class PooledConnection
{
    private StatementWatch? _watch;

    /// <summary>What the database asks, if it was told to for any lease.</summary>
    internal StatementWatch? StatementWatch => Volatile.Read(ref _watch);

    /// <summary>Has the database ask from now on, if another statement is being read from. The statement is announced, and not in the driver yet.</summary>
    internal void WatchIfShared(in ConnectionLease lease, Statement next)
    {
        // The only statement, and the only reader of it: most of the time, so that it takes no lock.
        if ((_statementCount <= 1 && !next.HasOpenReader) || _watch?.IsOn(in lease) == true || !MustWatch(next) || lease.TryGetPhysical() is not { } physical)
        {
            return;
        }

        var watch = _watch ?? new StatementWatch();
        try
        {
            // Not under a lock: it waits for whoever is inside the database.
            if (!physical.WatchStatements(watch.Question))
            {
                return;
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The holder has closed the driver's connection: the statement fails by itself.
            return;
        }

        watch.StartOn(in lease);
        Volatile.Write(ref _watch, watch);
    }

    // A call that is inside already would not be asked: in a function that runs statements of its own, for example.
    private bool MustWatch(Statement next)
    {
        lock (StatementGate)
        {
            var isShared = next.HasOpenReader;
            var statement = _newest;
            for (var i = 0; i < _statementCount; i++, statement = statement!.Older)
            {
                if (statement!.IsInsideDriver)
                {
                    return false;
                }

                isShared |= statement != next && statement.IsRunning;
            }

            return isShared;
        }
    }
}
