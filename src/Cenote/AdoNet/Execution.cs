namespace Cenote.AdoNet;

/// <summary>One execution of a statement: the connection that announced it, and what watches it, if anything does.</summary>
internal readonly struct Execution(PooledConnection connection, QueryWatch? watch)
{
    internal PooledConnection Connection { get; } = connection;

    internal QueryWatch? Watch { get; } = watch;

    /// <inheritdoc cref="QueryWatch.GuardAsync"/>
    internal Task<T> Guard<T>(Task<T> call) => Watch is null || call.IsCompleted ? call : Watch.GuardAsync(call);

    /// <summary>For exception filters: tells the pool of a failure.</summary>
    /// <returns>What the caller is told instead; <see langword="null"/> for the failure itself.</returns>
    internal Exception? Failed(in ConnectionLease lease, Exception exception) => Connection.Failed(in lease, exception, Watch);
}
