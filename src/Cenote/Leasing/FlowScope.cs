namespace Cenote.Leasing;

/// <summary>A value that a flow has until the scope ends. Scopes nest.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
internal sealed class FlowScope<T> : IDisposable
{
    private readonly AsyncLocal<FlowScope<T>?> _flow;
    private readonly FlowScope<T>? _outer;
    private volatile bool _isOver;

    /// <summary>Begins a scope of the current flow.</summary>
    internal FlowScope(AsyncLocal<FlowScope<T>?> flow, T value)
    {
        (_flow, _outer, Value) = (flow, flow.Value, value);
        flow.Value = this;
    }

    /// <summary>
    /// Gets the value, also when the scope is over: a flow that began within it keeps the value.
    /// </summary>
    internal T Value { get; }

    public void Dispose()
    {
        _isOver = true;

        // A flow that has begun another scope meanwhile, or is not the one that began this scope, keeps its own.
        if (ReferenceEquals(_flow.Value, this))
        {
            var next = _outer;
            while (next is not null && next._isOver)
            {
                next = next._outer;
            }

            _flow.Value = next;
        }
    }
}
