using Cenote.Statements;

namespace Cenote.AdoNet;

/// <summary>
/// One execution of a statement: the connection that announced it, what watches it, and where it is counted, if
/// anything does.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="watch">What watches it.</param>
/// <param name="record">Where it is counted; the clock is read for it now.</param>
internal readonly struct StatementExecution(PooledConnection connection, QueryWatch? watch, StatementRecord? record)
{
    private readonly long _startedAt = record is null ? 0 : connection.Pool.Engine.Settings.Clock.GetTimestamp();

    internal PooledConnection Connection { get; } = connection;

    internal QueryWatch? Watch { get; } = watch;

    private StatementRecord? Record { get; } = record;

    /// <summary>The same, counted nowhere.</summary>
    internal StatementExecution Uncounted => new(Connection, Watch, record: null);

    /// <summary>Counts it. The book is that of the pool it ran on, which its connection may have left since.</summary>
    internal void RecordEnd(in ConnectionLease lease, Exception? failure, bool isCancelled)
    {
        if (Record is not null && lease.Pool?.Engine.Statements is { } book)
        {
            book.Record(Record, _startedAt, failure ?? (isCancelled ? new OperationCanceledException() : null));
        }
    }

    /// <inheritdoc cref="QueryWatch.GuardAsync"/>
    internal Task<T> Guard<T>(Task<T> call) => Watch is null || call.IsCompleted ? call : Watch.GuardAsync(call);

    /// <summary>For exception filters: tells the pool of a failure.</summary>
    /// <returns>What the caller is told instead; <see langword="null"/> for the failure itself.</returns>
    internal Exception? Failed(in ConnectionLease lease, Exception exception) => Connection.Failed(in lease, exception, Watch);
}
