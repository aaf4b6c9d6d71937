namespace Cenote;

/// <summary>The queries of a context that replicas serve. Everything else goes to the primary.</summary>
public enum ReplicaQueries
{
    /// <summary>Queries within a <see cref="ReplicaSet.BeginReadScope"/>. The default.</summary>
    InReadScope,

    /// <summary>
    /// Also LINQ queries without tracking (<c>AsNoTracking</c>, or <c>QueryTrackingBehavior.NoTracking</c>) that are in
    /// no scope.
    /// </summary>
    Untracked,
}
