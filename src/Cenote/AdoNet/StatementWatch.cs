namespace Cenote.AdoNet;

/// <summary>
/// Which of several statements on a connection are to end. A database within the process can only interrupt all of
/// them, so it asks for each (see <see cref="Providers.IInProcessProvider.TryWatchStatements"/>).
/// </summary>
internal sealed class StatementWatch
{
    private readonly object _gate = new();
    private ConnectionLease _lease;
    private Statement[] _ending = [];

    internal StatementWatch() => Question = MustEnd;

    internal Func<bool> Question { get; }

    /// <summary>Whether the database asks on this lease.</summary>
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

    /// <summary>The statement ends the next time that the database asks for it.</summary>
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

    // Called by the thread that executes a statement, inside the database: takes no lock.
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
