namespace Cenote;

/// <summary>
/// A flow of execution asked for a second connection while it held one, and
/// <see cref="ConnectionPoolOptions.NestedRentBehavior"/> is <see cref="NestedRentBehavior.Throw"/>. Where every holder
/// waits for another connection, a pool stands still until the acquire timeout.
/// </summary>
public sealed class NestedRentException : PoolException
{
    internal NestedRentException(string poolName, CallSite held, CallSite asked)
        : base(
            poolName,
            $"Pool '{poolName}' refuses a second connection to one flow: {asked} asks for one while the connection rented at {held} is held. Pass that connection on, or return it first.",
            innerException: null)
    {
        HeldCallSite = held;
        NestedCallSite = asked;
        HelpLink = Help.Link("troubleshooting.md", "nested-rent");
    }

    /// <summary>Where the connection was rented that the flow holds, or waits for.</summary>
    public CallSite HeldCallSite { get; }

    /// <summary>Where the second one was asked for.</summary>
    public CallSite NestedCallSite { get; }
}
