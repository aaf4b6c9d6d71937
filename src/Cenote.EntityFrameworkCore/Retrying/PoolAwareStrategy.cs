using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Retrying;

/// <summary>
/// Around a strategy that retries. Providers' strategies know their driver's exceptions only: of a pool that could not connect they are shown
/// what the driver said. A full pool, a limit that was hit and a revoked lease they are shown as they are, and do not retry: the caller has
/// waited its turn already, and would join the queue again.
/// </summary>
internal sealed class PoolAwareStrategy(IExecutionStrategy strategy) : IExecutionStrategy
{
    public bool RetriesOnFailure => strategy.RetriesOnFailure;

    public TResult Execute<TState, TResult>(
        TState state, Func<DbContext, TState, TResult> operation, Func<DbContext, TState, ExecutionResult<TResult>>? verifySucceeded)
    {
        if (!strategy.RetriesOnFailure)
        {
            return strategy.Execute(state, operation, verifySucceeded);
        }

        var refusal = new Refusal();
        try
        {
            return strategy.Execute(
                state,
                (context, given) =>
                {
                    try
                    {
                        return operation(context, given);
                    }
                    catch (PoolException exception) when (refusal.IsOf(exception))
                    {
                        throw refusal.Rethrow();
                    }
                },
                verifySucceeded);
        }
        catch (Exception exception) when (refusal.IsCause(exception))
        {
            throw refusal.Restore();
        }
    }

    public async Task<TResult> ExecuteAsync<TState, TResult>(
        TState state,
        Func<DbContext, TState, CancellationToken, Task<TResult>> operation,
        Func<DbContext, TState, CancellationToken, Task<ExecutionResult<TResult>>>? verifySucceeded,
        CancellationToken cancellationToken = default)
    {
        if (!strategy.RetriesOnFailure)
        {
            return await strategy.ExecuteAsync(state, operation, verifySucceeded, cancellationToken).ConfigureAwait(false);
        }

        var refusal = new Refusal();
        try
        {
            return await strategy.ExecuteAsync(
                state,
                async (context, given, token) =>
                {
                    try
                    {
                        return await operation(context, given, token).ConfigureAwait(false);
                    }
                    catch (PoolException exception) when (refusal.IsOf(exception))
                    {
                        throw refusal.Rethrow();
                    }
                },
                verifySucceeded,
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (refusal.IsCause(exception))
        {
            throw refusal.Restore();
        }
    }
}
