namespace Cenote.Shop.Clients;

/// <summary>What one client was told. Written by that client alone; read when it has stopped.</summary>
internal sealed class ClientLedger
{
    public List<OrderReceipt> Orders { get; } = [];

    public List<OrderReceipt> UnknownOrders { get; } = [];

    public List<RepriceReceipt> Reprices { get; } = [];

    public List<RepriceReceipt> UnknownReprices { get; } = [];

    /// <summary>Things that a client saw and that must never be seen, such as half an order.</summary>
    public List<string> Contradictions { get; } = [];
}
