namespace Cenote.Leasing;

/// <summary>
/// The time that callers have waited together, beyond what opens have cost since. When it exceeds the duration of an
/// open, one more connection is worth opening, even where each caller is served sooner by a return. Guarded by the
/// desk's lock.
/// </summary>
/// <remarks>
/// The problem is that of renting skis or buying them (Karlin, Manasse, Rudolph, Sleator 1988): to pay for waiting
/// until it has cost as much as an open, and to open then, costs at most twice the best decision.
/// </remarks>
internal sealed class WaitedTime
{
    private TimeSpan _balance;

    /// <summary>Records the wait of a caller that was served.</summary>
    internal void Add(TimeSpan waited) => _balance += waited;

    /// <summary>Records an open.</summary>
    internal void Spend(TimeSpan open) => _balance -= open;

    /// <summary>
    /// Records that no caller waits any more. Many short queues, one after the other, still lead to an open; a long one
    /// in the past does not lead to many.
    /// </summary>
    internal void RecordEmpty(TimeSpan open) => _balance = _balance < TimeSpan.Zero ? TimeSpan.Zero : _balance < open ? _balance : open;

    /// <summary>Returns the balance, with the callers that still wait.</summary>
    /// <param name="first">How long the first of them has waited.</param>
    /// <param name="waiting">Their number. The others have waited for half that time on average.</param>
    internal TimeSpan With(TimeSpan first, int waiting) => _balance + (first * ((waiting + 1) / 2.0));
}
