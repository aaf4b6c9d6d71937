using System.Runtime.CompilerServices;
using System.Transactions;

namespace Cenote;

// Ambient transactions, which rents join or refuse.
public sealed partial class ConnectionPool
{
    // A field of its own, because the hot path reads as little as possible.
    private readonly bool _looksForTransactions;

    /// <summary>
    /// Gets whether a connection that the caller opens now joins its ambient transaction: the pool enlists
    /// (<see cref="AmbientTransactionBehavior.Enlist"/>), and the caller is in a <c>TransactionScope</c>.
    /// </summary>
    public bool IsEnlisting => IsInAmbientTransaction && !RefusesTransactions;

    /// <summary>
    /// Gets whether the rent must join an ambient transaction, or be refused. Where ambient transactions are ignored,
    /// the current one is not read.
    /// </summary>
    private bool IsInAmbientTransaction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _looksForTransactions && Transaction.Current is not null;
    }

    private bool RefusesTransactions => _engine.Settings.AmbientTransactionBehavior == AmbientTransactionBehavior.Throw;

    /// <exception cref="NotSupportedException">The caller is in an ambient transaction, and the pool does not ignore
    /// it.</exception>
    internal void ThrowIfInAmbientTransaction()
    {
        if (IsInAmbientTransaction)
        {
            throw new NotSupportedException(
                $"Pool '{Name}': ExecuteAsync was called within an ambient transaction (TransactionScope), whose work cannot be run again. Open a connection within the scope instead, or call ExecuteAsync within a TransactionScope with TransactionScopeOption.Suppress.");
        }
    }

    private ValueTask<ConnectionLease> RentInTransactionAsync(CallSite site, CancellationToken cancellationToken, TimeSpan? timeout = null, SessionContext? context = null) => RefusesTransactions
        ? ValueTask.FromException<ConnectionLease>(InAmbientTransaction())
        : _engine.AmbientTransactions.RentAsync(Transaction.Current!, context, site, cancellationToken, timeout);

    private ConnectionLease RentInTransaction(CallSite site, CancellationToken cancellationToken, TimeSpan? timeout = null, SessionContext? context = null) => RefusesTransactions
        ? throw InAmbientTransaction()
        : _engine.AmbientTransactions.Rent(Transaction.Current!, context, site, cancellationToken, timeout);

    private ConnectionLease TryRentInTransaction(CallSite site) => RefusesTransactions
        ? throw InAmbientTransaction()
        : _engine.AmbientTransactions.TryRent(Transaction.Current!, site);

    private NotSupportedException InAmbientTransaction() => new(
        $"Pool '{Name}': a connection was requested within an ambient transaction (TransactionScope), which it does not join{(Provider.AmbientTransactionProblem is { } problem ? $": {problem}" : ", because AmbientTransactionBehavior is Throw.")} The work would be committed at once, whatever the outcome of the scope. Use BeginTransaction on the connection. If the work is not part of the ambient transaction, open the connection within a TransactionScope with TransactionScopeOption.Suppress, or set ConnectionPoolOptions.AmbientTransactionBehavior to Ignore for the whole pool.");
}
