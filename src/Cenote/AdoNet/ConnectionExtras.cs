namespace Cenote.AdoNet;

/// <summary>The state that few connections need. It is separate so that the object of each open stays small.</summary>
internal sealed class ConnectionExtras
{
    private StatementWatch? _watch;

    /// <summary>Gets or sets the query timeout that was set on the connection.</summary>
    internal TimeSpan? QueryTimeout { get; set; }

    /// <summary>Gets or sets the session context that was set on the connection.</summary>
    internal SessionContext? SessionContext { get; set; }

    /// <summary>Gets the limit that was set on the server instead of the pool's, for one lease.</summary>
    internal TimeSpan? Raised { get; private set; }

    internal ConnectionLease RaisedOn { get; private set; }

    /// <summary>Gets or sets the database that is restored before the lease is returned.</summary>
    internal string? DatabaseBefore { get; set; }

    /// <summary>Gets the watch that an in-process database calls, if it was set for any lease.</summary>
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
