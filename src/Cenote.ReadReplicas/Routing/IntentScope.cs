namespace Cenote.ReadReplicas.Routing;

/// <summary>Puts the flow back to what was said before.</summary>
internal sealed class IntentScope(AsyncLocal<RouteFlow?> flow, RouteFlow mine, RouteFlow? before) : IDisposable
{
    public void Dispose()
    {
        // A flow that has meanwhile said something else, or is not the one that began the scope, keeps what it said.
        if (ReferenceEquals(flow.Value, mine))
        {
            flow.Value = before;
        }
    }
}
