using Cenote.ReadReplicas.Routing;

namespace Cenote.ReadReplicas.Probing;

/// <summary>
/// What the pools learn from their callers sets off probes before their time: a lost connection that of its server, a
/// refused write that of all, since another may have become the primary.
/// </summary>
internal sealed class PoolSignals : IDisposable
{
    private readonly SetParts _parts;

    internal PoolSignals(SetParts parts)
    {
        _parts = parts;
        foreach (var server in parts.Keeper.Servers)
        {
            server.Pool.FailureObserved += OnFailure;
            server.Pool.CircuitChanged += OnCircuit;
        }
    }

    public void Dispose()
    {
        foreach (var server in _parts.Keeper.Servers)
        {
            server.Pool.FailureObserved -= OnFailure;
            server.Pool.CircuitChanged -= OnCircuit;
        }
    }

    private void OnFailure(object? sender, FailureObservedEventArgs failure)
    {
        foreach (var server in _parts.Keeper.Servers)
        {
            if (failure.Kind == Cenote.FailureKind.ReadOnlyServer || server.Pool == sender)
            {
                _parts.ProbeOf(server).Request();
            }
        }
    }

    private void OnCircuit(object? sender, CircuitChangedEventArgs change)
    {
        if (change.Status.State == CircuitState.HalfOpen)
        {
            return;
        }

        foreach (var server in _parts.Keeper.Servers)
        {
            if (server.Pool == sender)
            {
                _parts.ProbeOf(server).Request();
            }
        }
    }
}
