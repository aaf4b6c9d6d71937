namespace Cenote.Shop.Clients;

/// <summary>How an operation ended, as its client was told.</summary>
internal enum OperationOutcome
{
    /// <summary>Done; a change is acknowledged.</summary>
    Done,

    /// <summary>Rolled back by the client: not enough stock.</summary>
    OutOfStock,

    /// <summary>Failed before its commit was sent: nothing can have changed.</summary>
    Failed,

    /// <summary>The commit failed: whether it took place is for the check to find out.</summary>
    Unknown,

    /// <summary>The run ended while the client queued for a connection.</summary>
    Cancelled,
}
