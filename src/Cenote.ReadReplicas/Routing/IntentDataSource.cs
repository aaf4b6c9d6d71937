namespace Cenote.ReadReplicas.Routing;

/// <summary>The face of a set for one intent, whatever the flow says.</summary>
internal sealed class IntentDataSource(ReplicaSet set, ConnectionIntent intent) : RoutedDataSource
{
    public override ConnectionPool DefaultPool => set.DefaultPool;

    public override ValueTask<ConnectionLease> RentAsync(CancellationToken cancellationToken = default, string filePath = "", int lineNumber = 0, string memberName = "") =>
        intent == ConnectionIntent.Read
            ? set.RentReadAsync(cancellationToken, filePath, lineNumber, memberName)
            : set.RentWriteAsync(cancellationToken, filePath, lineNumber, memberName);

    public override ConnectionLease Rent(CancellationToken cancellationToken = default, string filePath = "", int lineNumber = 0, string memberName = "") =>
        intent == ConnectionIntent.Read
            ? set.RentRead(cancellationToken, filePath, lineNumber, memberName)
            : set.RentWrite(cancellationToken, filePath, lineNumber, memberName);

    /// <summary>The safe face on a lease that was chosen more closely than this data source would.</summary>
    internal ValueTask<PooledConnection> WrapAsync(ValueTask<ConnectionLease> rent, string filePath, int lineNumber, string memberName) =>
        OpenAsync(rent, new CallSite(filePath, lineNumber, memberName));
}
