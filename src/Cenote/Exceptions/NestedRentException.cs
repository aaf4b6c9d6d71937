namespace Cenote;

/// <summary>
/// The exception for a nested rent, where <see cref="ConnectionPoolOptions.NestedRentBehavior"/> is
/// <see cref="NestedRentBehavior.Throw"/>: a flow of execution rented a second connection while it held one. When every
/// holder waits for another connection, the pool is deadlocked until the acquire timeout.
/// </summary>
public sealed class NestedRentException : PoolException
{
    internal NestedRentException(string poolName, CallSite held, CallSite asked)
        : base(
            poolName,
            $"Pool '{poolName}' refuses a nested rent: {asked} requested a connection while the connection rented at {held} is held by the same flow. Pass that connection on, or return it first.",
            innerException: null)
    {
        HeldCallSite = held;
        NestedCallSite = asked;
        HelpLink = Help.Link("troubleshooting.md", "nested-rent");
    }

    /// <summary>Gets the call site of the rent that the flow holds or waits for.</summary>
    public CallSite HeldCallSite { get; }

    /// <summary>Gets the call site of the nested rent.</summary>
    public CallSite NestedCallSite { get; }
}
