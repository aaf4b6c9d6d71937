namespace Cenote;

/// <summary>
/// What renting a connection does within an ambient transaction (<see cref="System.Transactions.Transaction.Current"/>,
/// a <c>TransactionScope</c>).
/// </summary>
/// <remarks>A pooled connection never joins one: it would return to the pool before the transaction ends.</remarks>
public enum AmbientTransactionBehavior
{
    /// <summary>
    /// Renting, opening and executing throw a <see cref="NotSupportedException"/>, because the work would be committed
    /// at once, whatever becomes of the scope.
    /// </summary>
    Throw,

    /// <summary>
    /// The ambient transaction is left out: what is done on the connection is committed at once, or by a transaction
    /// begun on the connection.
    /// </summary>
    Ignore,
}
