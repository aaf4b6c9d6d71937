namespace Cenote.ReadReplicas.Probing;

/// <summary>Makes the pool of a server ready that was away and answers again, before it gets callers.</summary>
internal static class PoolRecovery
{
    /// <summary>
    /// Sessions may have died with the server, which the pool learns from the first caller only; and its circuit may go
    /// on refusing for half a minute what the probe has just done: to connect. Ends after
    /// <see cref="ReplicaSetOptions.ProbeTimeout"/>, ready or not.
    /// </summary>
    internal static async Task ReviveAsync(ConnectionPool pool, ReplicaSetOptions options, CancellationToken cancellationToken)
    {
        try
        {
            if (pool.GetCircuitStatus() is { State: CircuitState.Open, IsIsolated: false })
            {
                pool.CloseCircuit();
            }

            var counts = pool.GetStatistics().Counts;
            if (counts.Total == 0)
            {
                return;
            }

            pool.Clear();
            await pool.WarmUpAsync(Math.Min(counts.Total, counts.Limit), cancellationToken: cancellationToken)
                .WaitAsync(options.ProbeTimeout, options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The pool reports its failures itself, and its callers will hear of them.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
