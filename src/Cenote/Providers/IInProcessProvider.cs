using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// An ability of a provider whose database runs within the process. A request to cancel takes effect at once, on the
/// connection itself. The driver ignores cancellation tokens, and its command timeout only limits the wait for locks.
/// The pool therefore ends statements with <see cref="PhysicalConnection.CancelStatement"/>.
/// </summary>
public interface IInProcessProvider
{
    /// <summary>
    /// Makes the database check during a statement, on the thread that executes it, whether that statement must end.
    /// For connections whose <see cref="PhysicalConnection.CancelStatement"/> ends all statements at once. The holder
    /// calls it outside of the driver, before the first statement of a lease that runs beside another.
    /// <see cref="PhysicalConnection.ResetSession"/> undoes it.
    /// </summary>
    /// <param name="connection">The connection of the lease.</param>
    /// <param name="shouldCancel">The check, which is fast, takes no lock and never throws.</param>
    /// <returns>Whether the database checks. If not, each cancel goes to
    /// <see cref="PhysicalConnection.CancelStatement"/>.</returns>
    bool TryWatchStatements(PhysicalConnection connection, Func<bool> shouldCancel);

    /// <summary>
    /// Ends the part of a watched statement in which the database does not check, such as the driver's wait for a lock.
    /// Called like <see cref="PhysicalConnection.CancelStatement"/>, and instead of it.
    /// </summary>
    /// <param name="connection">The connection of the lease.</param>
    /// <param name="command">The driver's command.</param>
    void CancelWatchedStatement(PhysicalConnection connection, DbCommand command);
}
