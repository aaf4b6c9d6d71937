using Cenote.AdoNet;

namespace Cenote.Tests.AdoNet;

/// <summary>The fields of a connection that its gate views.</summary>
internal sealed class GateFields
{
    private object _owner = new();
    private long _ticket;
    private int _word;

    internal GateFields()
    {
    }

    /// <summary>Creates the fields of a connection that is open with the lease.</summary>
    internal GateFields(ConnectionLease lease)
    {
        _owner = lease.Slot!;
        _ticket = lease.Ticket;
        Gate.StartOpen();
    }

    internal SessionGate Gate => new(ref _word, ref _owner, ref _ticket);
}
