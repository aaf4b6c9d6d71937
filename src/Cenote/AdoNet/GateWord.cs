namespace Cenote.AdoNet;

/// <summary>
/// The layout of a gate's word: two bits for the <see cref="ConnectionPhase"/>, two marks, twelve bits for the calls
/// inside, and the number of leases above. An unchanged number before and after a read of the lease shows that its two
/// words belong together.
/// </summary>
internal static class GateWord
{
    /// <summary>The mark of a closing that was left to the last call inside.</summary>
    internal const int HandedOver = 1 << 2;

    /// <summary>The mark of a connection that was disposed of.</summary>
    internal const int Disposed = 1 << 3;

    /// <summary>One call.</summary>
    internal const int Call = 1 << 4;

    /// <summary>The bits that count the calls.</summary>
    internal const int Calls = 0xFFF << 4;

    private const int Phases = 3;
    private const int NextLease = 1 << 16;

    internal static int PhaseOf(int word) => word & Phases;

    internal static int With(int word, int phase) => (word & ~Phases) | phase;

    /// <summary>Returns the word of a connection that has closed: another lease will follow.</summary>
    internal static int AfterClosing(int word) => unchecked(With(word, ConnectionPhase.Closed) + NextLease);

    internal static bool IsSameLease(int word, int other) => ((word ^ other) & ~(Calls | HandedOver | Disposed)) == 0;
}
