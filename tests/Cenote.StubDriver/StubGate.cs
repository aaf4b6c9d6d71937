namespace Cenote.StubDriver;

/// <summary>What hung calls wait for.</summary>
public sealed class StubGate
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the gate opens.</summary>
    public Task Released => _released.Task;

    /// <summary>Lets every call through that waits or will wait here.</summary>
    public void Release() => _released.TrySetResult();
}
