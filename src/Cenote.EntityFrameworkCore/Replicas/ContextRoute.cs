using System.Data;
using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Replicas;

/// <summary>
/// The route of one context's connection: to a replica when EF Core opens it for a query that replicas serve, else to
/// the primary. Like its context it serves one flow at a time.
/// </summary>
internal sealed class ContextRoute(ReplicaSet set, ReplicaQueries queries) : RoutedDataSource
{
    private bool _isInQuery;
    private bool _isForReading;

    // A pooled context that is used again has another.
    private DbContextId? _failedWrite;

    public override ConnectionPool DefaultPool => set.DefaultPool;

    internal ReplicaSet Set => set;

    /// <summary>Gets the route of a context's connection; <see langword="null"/> for any other connection.</summary>
    internal static ContextRoute? Of(DbConnection? connection) => (connection as PooledConnection)?.Details?.Route as ContextRoute;

    public override ValueTask<ConnectionLease> RentAsync(CancellationToken cancellationToken = default, string filePath = "", int lineNumber = 0, string memberName = "") =>
        TakeIntent()
            ? set.RentReadAsync(cancellationToken, filePath, lineNumber, memberName)
            : set.RentWriteAsync(cancellationToken, filePath, lineNumber, memberName);

    public override ConnectionLease Rent(CancellationToken cancellationToken = default, string filePath = "", int lineNumber = 0, string memberName = "") =>
        TakeIntent()
            ? set.RentRead(cancellationToken, filePath, lineNumber, memberName)
            : set.RentWrite(cancellationToken, filePath, lineNumber, memberName);

    /// <summary>
    /// Begins a query: until <see cref="EndOpening"/>, the connection is opened for it, unless it is open already.
    /// </summary>
    /// <exception cref="InvalidOperationException">The connection is open for reading, and the query must be on the
    /// primary.</exception>
    internal void BeginOpening(CommandSource source, string commandText, IRelationalConnection connection)
    {
        var isForReplica = MayBeServedByReplica(source, commandText)
            && (_failedWrite is not { } failed || failed != connection.Context.ContextId)

            // EF Core keeps a connection open that it opened within an ambient transaction, for the writes to come.
            && Transaction.Current is null;
        var state = connection.DbConnection.State;
        if (!isForReplica && state == ConnectionState.Open)
        {
            ThrowIfForReading();
        }

        // A lost connection is opened again for its user, who may have opened it to write (OpenConnection).
        _isInQuery = isForReplica && state != ConnectionState.Broken;
    }

    internal void EndOpening() => _isInQuery = false;

    /// <summary>Keeps the context on the primary from now on.</summary>
    internal void RecordFailedWrite(DbContext context)
    {
        // The write was refused where the connection is for reading.
        if (!_isForReading)
        {
            _failedWrite = context.ContextId;
        }
    }

    /// <summary>Throws where work for the primary would run on a connection that was opened for a query.</summary>
    internal void ThrowIfForReading()
    {
        if (_isForReading)
        {
            throw new InvalidOperationException(
                $"The context's connection is open for a query that a replica of set '{set.Name}' may serve, so it cannot write, begin a transaction or run a query that must be on the primary. Read the first query to its end before (ToListAsync), run it in a BeginWriteScope of the set, or use another context.");
        }
    }

    private bool TakeIntent() => _isForReading = _isInQuery;

    private bool MayBeServedByReplica(CommandSource source, string commandText) => source switch
    {
        CommandSource.LinqQuery => set.StatedIntent is { } intent
            ? intent == ConnectionIntent.Read
            : queries == ReplicaQueries.Untracked && UntrackedQueries.IsMarked(commandText),

        // Only the user knows whether SQL that he wrote reads.
        CommandSource.FromSqlQuery => set.StatedIntent == ConnectionIntent.Read,
        _ => false,
    };
}
