namespace Cenote.AdoNet;

/// <summary>What few connections need. The object that each open allocates stays small without it.</summary>
internal sealed class ConnectionExtras
{
    private StatementWatch? _watch;

    /// <summary>The query timeout that was set on the connection.</summary>
    internal TimeSpan? QueryTimeout { get; set; }

    /// <summary>The limit that the server was told instead of the pool's, on one lease.</summary>
    internal TimeSpan? Raised { get; private set; }

    internal ConnectionLease RaisedOn { get; private set; }

    /// <summary>The database to change back to before the lease is returned.</summary>
    internal string? DatabaseBefore { get; set; }

    /// <summary>What a database within the process asks, if it was told to for any lease.</summary>
    internal StatementWatch? StatementWatch
    {
        get => Volatile.Read(ref _watch);
        set => Volatile.Write(ref _watch, value);
    }

    internal void NoteRaised(in ConnectionLease lease, TimeSpan? limit)
    {
        Raised = limit;
        RaisedOn = lease;
    }
}
