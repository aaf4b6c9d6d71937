namespace Cenote.Tests.Budgets;

/// <summary>Lets a hanging call end before its pool is closed, also when the test fails.</summary>
internal sealed class GateRelease(StubGate gate) : IAsyncDisposable
{
    public ValueTask DisposeAsync()
    {
        gate.Release();
        return ValueTask.CompletedTask;
    }
}
