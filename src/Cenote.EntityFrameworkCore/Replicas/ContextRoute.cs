using System.Data;
using System.Transactions;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCore.Replicas;

/// <summary>
/// The route of one context's connection: to a replica when EF Core opens it for a query that replicas serve, else to
/// the primary. Like its context it serves one flow at a time.
/// </summary>
internal sealed class ContextRoute(ReplicaSet set, ReplicaQueries queries) : RoutedDataSource
{
    private bool _isInQuery;
    private bool _isForReading;

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
    internal void BeginOpening(CommandSource source, string commandText) =>
        _isInQuery = MayBeServedByReplica(source, commandText)

            // EF Core keeps a connection open that it opened within an ambient transaction, for the writes to come.
            && Transaction.Current is null;

    internal void EndOpening() => _isInQuery = false;

    /// <summary>Throws where a write would run on a connection that was opened for a query.</summary>
    internal void ThrowIfForReading()
    {
        if (_isForReading)
        {
            throw new InvalidOperationException(
                $"The context's connection is open for a query that a replica of set '{set.Name}' may serve, so it cannot write. Read the query to its end first (ToListAsync), run it in a BeginWriteScope of the set, or write with another context.");
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
