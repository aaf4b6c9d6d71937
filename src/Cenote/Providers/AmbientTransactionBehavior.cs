namespace Cenote;

/// <summary>
/// The behaviour of a rent within an ambient transaction (<see cref="System.Transactions.Transaction.Current"/>, a
/// <c>TransactionScope</c>).
/// </summary>
/// <remarks>A pooled connection never joins one: it would return to the pool before the transaction ends.</remarks>
public enum AmbientTransactionBehavior
{
    /// <summary>
    /// Renting, opening and executing throw a <see cref="NotSupportedException"/>, because the work would be committed
    /// at once, whatever the outcome of the scope.
    /// </summary>
    Throw,

    /// <summary>
    /// The ambient transaction is ignored: work on the connection is committed at once, or by a transaction begun on
    /// the connection.
    /// </summary>
    Ignore,
}
