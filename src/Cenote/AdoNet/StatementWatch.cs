namespace Cenote.AdoNet;

/// <summary>
/// The statements on a connection that must end. An in-process database can only interrupt all statements, so it calls
/// this watch for each (see <see cref="Providers.IInProcessProvider.TryWatchStatements"/>).
/// </summary>
internal sealed class StatementWatch
{
    private readonly object _gate = new();
    private ConnectionLease _lease;
    private Statement[] _ending = [];

    internal StatementWatch() => Question = MustEnd;

    internal Func<bool> Question { get; }

    /// <summary>Gets whether the watch is set on this lease.</summary>
    internal bool IsOn(in ConnectionLease lease)
    {
        lock (_gate)
        {
            return _lease == lease;
        }
    }

    internal void StartOn(in ConnectionLease lease)
    {
        lock (_gate)
        {
            _lease = lease;
        }
    }

    /// <summary>Ends a statement at the next call of the database for it.</summary>
    internal void End(Statement statement)
    {
        lock (_gate)
        {
            if (!statement.IsEnding)
            {
                statement.IsEnding = true;
                Volatile.Write(ref _ending, [.. _ending, statement]);
            }
        }
    }

    internal void Forget(Statement statement)
    {
        lock (_gate)
        {
            statement.IsEnding = false;
            Volatile.Write(ref _ending, Array.FindAll(_ending, other => other != statement));
        }
    }

    // Called inside the database by the thread that executes a statement, so it takes no lock.
    private bool MustEnd()
    {
        var ending = Volatile.Read(ref _ending);
        if (ending.Length == 0)
        {
            return false;
        }

        var thread = Environment.CurrentManagedThreadId;
        foreach (var statement in ending)
        {
            if (statement.IsExecutedBy(thread))
            {
                return true;
            }
        }

        return false;
    }
}
