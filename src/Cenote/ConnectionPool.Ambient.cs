using System.Runtime.CompilerServices;
using System.Transactions;

namespace Cenote;

// Ambient transactions, which a connection of the pool does not join.
public sealed partial class ConnectionPool
{
    // A field of its own: the hot path reads no more than it must.
    private readonly bool _refusesAmbientTransactions;

    /// <summary>
    /// Whether the caller must not be given a connection. Where ambient transactions are ignored, nothing is looked at.
    /// </summary>
    private bool IsInAmbientTransaction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _refusesAmbientTransactions && Transaction.Current is not null;
    }

    /// <exception cref="NotSupportedException">The caller is in an ambient transaction, and the pool does not ignore
    /// those.</exception>
    internal void ThrowIfInAmbientTransaction()
    {
        if (IsInAmbientTransaction)
        {
            throw InAmbientTransaction();
        }
    }

    private NotSupportedException InAmbientTransaction() => new(
        $"Pool '{Name}': a connection was requested within an ambient transaction (TransactionScope), which pooled connections do not join: the work would be committed at once, whatever becomes of the scope. Use BeginTransaction on the connection. If the work is not part of the ambient transaction, open the connection within a TransactionScope with TransactionScopeOption.Suppress, or set ConnectionPoolOptions.AmbientTransactionBehavior to Ignore for the whole pool.");
}
