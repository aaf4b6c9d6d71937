namespace Cenote.Leasing;

/// <summary>
/// A rent of one flow: requested, held, and over when its lease has ended, by the holder or by the pool.
/// </summary>
internal sealed class FlowRent(CallSite callSite, FlowRent? outer)
{
    private ConnectionLease _lease;
    private volatile State _state;

    private enum State
    {
        Requested,
        Held,
        Over,
    }

    internal CallSite CallSite => callSite;

    /// <summary>Gets the rent that the flow held when it requested this one.</summary>
    internal FlowRent? Outer => outer;

    /// <summary>
    /// Gets whether the flow holds the lease, or still waits for it. Two rents requested at once deadlock like two in
    /// sequence.
    /// </summary>
    internal bool IsActive => _state switch
    {
        State.Requested => true,
        State.Held => _lease.IsActive,
        _ => false,
    };

    internal void Hold(in ConnectionLease lease)
    {
        _lease = lease;
        _state = State.Held;
    }

    /// <summary>Records that the flow waits again, because its connection was dead.</summary>
    internal void AskAgain() => _state = State.Requested;

    internal void End() => _state = State.Over;
}
