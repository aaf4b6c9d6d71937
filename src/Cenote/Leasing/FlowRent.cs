namespace Cenote.Leasing;

/// <summary>A rent of one flow: asked for, held, and over when its lease has ended, whoever ended it.</summary>
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

    /// <summary>What the flow held when it asked.</summary>
    internal FlowRent? Outer => outer;

    /// <summary>
    /// Whether the flow holds the lease, or still waits for it: two rents asked for at once deadlock as well as one
    /// after the other.
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

    internal void End() => _state = State.Over;
}
