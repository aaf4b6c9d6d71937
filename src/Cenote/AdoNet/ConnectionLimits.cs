namespace Cenote.AdoNet;

/// <summary>What was set for the statements of one <see cref="PooledConnection"/>.</summary>
internal sealed class ConnectionLimits
{
    internal TimeSpan? QueryTimeout { get; set; }

    /// <summary>What the server was told instead of the pool's limit, on one lease.</summary>
    internal TimeSpan? Raised { get; private set; }

    internal ConnectionLease RaisedOn { get; private set; }

    internal void NoteRaised(in ConnectionLease lease, TimeSpan? limit)
    {
        Raised = limit;
        RaisedOn = lease;
    }
}
