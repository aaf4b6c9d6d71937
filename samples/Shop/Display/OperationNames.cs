using Cenote.Shop.Clients;

namespace Cenote.Shop.Display;

internal static class OperationNames
{
    public static string Of(OperationKind kind) => kind switch
    {
        OperationKind.PlaceOrder => "place order",
        OperationKind.ReadPage => "read order page",
        OperationKind.Reprice => "reprice product",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not an operation."),
    };
}
