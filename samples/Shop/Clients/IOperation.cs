namespace Cenote.Shop.Clients;

/// <summary>One thing that a client does, again and again. Used by one client alone.</summary>
internal interface IOperation
{
    OperationKind Kind { get; }

    /// <summary>Does it once.</summary>
    /// <param name="stopping">Ends the wait for a connection, never work that has begun.</param>
    Task<OperationOutcome> RunAsync(CancellationToken stopping);
}
