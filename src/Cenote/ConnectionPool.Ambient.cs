using System.Runtime.CompilerServices;
using System.Transactions;

namespace Cenote;

// Ambient transactions, which pooled connections do not join.
public sealed partial class ConnectionPool
{
    // A field of its own, because the hot path reads as little as possible.
    private readonly bool _refusesAmbientTransactions;

    /// <summary>
    /// Gets whether the rent must be refused. Where ambient transactions are ignored, the current one is not read.
    /// </summary>
    private bool IsInAmbientTransaction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _refusesAmbientTransactions && Transaction.Current is not null;
    }

    /// <exception cref="NotSupportedException">The caller is in an ambient transaction, and the pool does not ignore
    /// it.</exception>
    internal void ThrowIfInAmbientTransaction()
    {
        if (IsInAmbientTransaction)
        {
            throw InAmbientTransaction();
        }
    }

    private NotSupportedException InAmbientTransaction() => new(
        $"Pool '{Name}': a connection was requested within an ambient transaction (TransactionScope), which pooled connections do not join. The work would be committed at once, whatever the outcome of the scope. Use BeginTransaction on the connection. If the work is not part of the ambient transaction, open the connection within a TransactionScope with TransactionScopeOption.Suppress, or set ConnectionPoolOptions.AmbientTransactionBehavior to Ignore for the whole pool.");
}
