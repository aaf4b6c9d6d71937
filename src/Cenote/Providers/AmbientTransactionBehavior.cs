namespace Cenote;

/// <summary>
/// The behaviour of a rent within an ambient transaction (<see cref="System.Transactions.Transaction.Current"/>, a
/// <c>TransactionScope</c>).
/// </summary>
public enum AmbientTransactionBehavior
{
    /// <summary>
    /// The connection joins the ambient transaction, and its session stays with it until it ends, also when the
    /// connection is closed. The next rent of the same transaction gets the same session.
    /// </summary>
    Enlist,

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
