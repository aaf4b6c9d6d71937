using Cenote.Statements;

namespace Cenote.AdoNet;

/// <summary>
/// An execution of a statement: its connection, its watch and its record in the statistics, if they exist.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="watch">The watch of the execution.</param>
/// <param name="record">The record that counts the execution. The clock is read now.</param>
internal readonly struct StatementExecution(PooledConnection connection, QueryWatch? watch, StatementRecord? record)
{
    private readonly long _startedAt = record is null ? 0 : connection.Pool.Engine.Settings.Clock.GetTimestamp();

    internal PooledConnection Connection { get; } = connection;

    internal QueryWatch? Watch { get; } = watch;

    private StatementRecord? Record { get; } = record;

    /// <summary>Creates an execution that is not counted.</summary>
    internal StatementExecution Uncounted => new(Connection, Watch, record: null);

    /// <summary>Counts the execution in the registry of its pool, which its connection may have left since.</summary>
    internal void RecordEnd(in ConnectionLease lease, Exception? failure, bool isCancelled)
    {
        if (Record is not null && lease.Pool?.Engine.Statements is { } book)
        {
            book.Record(Record, _startedAt, failure ?? (isCancelled ? new OperationCanceledException() : null));
        }
    }

    /// <inheritdoc cref="QueryWatch.GuardAsync"/>
    internal Task<T> Guard<T>(Task<T> call) => Watch is null || call.IsCompleted ? call : Watch.GuardAsync(call);

    /// <summary>Reports a failure to the pool. For exception filters.</summary>
    /// <returns>The exception for the caller, or <see langword="null"/> for the failure itself.</returns>
    internal Exception? Failed(in ConnectionLease lease, Exception exception, CancellationToken cancellationToken = default) =>
        Connection.Failed(in lease, exception, Watch, cancellationToken);
}
