namespace Cenote.Providers;

/// <summary>
/// An ability of a <see cref="PhysicalConnection"/>: its reset can travel in the packet of the session's next command.
/// The pool uses it where a caller waits for the connection that is returned, because the next command then follows at
/// once. A connection that becomes idle is reset before.
/// </summary>
public interface IDeferrableReset
{
    /// <summary>
    /// Resets the changes that a lease made to the session, with requests that are sent with the next command. Called
    /// instead of <see cref="PhysicalConnection.ResetSession"/>, only while
    /// <see cref="PhysicalConnection.CanResetInline"/> is <see langword="true"/>. After an exception the connection is
    /// not used again.
    /// </summary>
    /// <returns><see langword="false"/> when the reset must wait for an answer, as that of an open transaction may:
    /// nothing was done, and the pool resets the session as usual.</returns>
    bool TryDeferReset();

    /// <summary>
    /// Sends the reset that was deferred, unless a command has sent it. Called when the connection becomes idle after
    /// all, and a few milliseconds after the return, from any thread and also while the holder is inside the driver.
    /// Must not wait for an answer. After an exception the session must not execute any further command.
    /// </summary>
    void SendDeferredReset();
}
