namespace Cenote.Shop.Clients;

/// <summary>What clients do.</summary>
internal enum OperationKind
{
    PlaceOrder,
    ReadPage,
    Reprice,
}
