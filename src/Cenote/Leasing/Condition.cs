namespace Cenote.Leasing;

/// <summary>A condition of the pool's counts that a caller waits for.</summary>
internal sealed class Condition(Func<PoolCounts, bool> isMet, bool failsWithOpens, Attention bit = Attention.Watched)
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets whether a failure to open a connection ends the wait.</summary>
    internal bool FailsWithOpens => failsWithOpens;

    /// <summary>Gets the bit that is set while a caller waits for the condition.</summary>
    internal Attention Bit => bit;

    internal bool IsMet(PoolCounts counts) => isMet(counts);

    internal void Complete() => _completion.TrySetResult();

    internal void Fail(Exception exception) => _completion.TrySetException(exception);

    internal async Task WaitAsync(Action<Condition> forget, CancellationToken cancellationToken)
    {
        try
        {
            await _completion.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            forget(this);
            throw;
        }
    }
}
