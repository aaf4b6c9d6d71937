namespace Cenote.ReadReplicas.Probing;

/// <summary>
/// Finds out whether one address leads to several servers: asks on another connection, rarely, and compares with what
/// the probe's own connection says afterwards. A server that was restarted meanwhile has ended that connection, so that
/// only two servers that run at once differ.
/// </summary>
/// <remarks>Called by one loop; what it starts runs beside it, so that no probe waits.</remarks>
internal sealed class SecondOpinion(ConnectionPool pool, ReplicaSetOptions options) : IAsyncDisposable
{
    private const int LongestPause = 1024;

    private readonly CancellationTokenSource _stop = new();
    private int _answers;
    private int _next = 1;
    private Task _asking = Task.CompletedTask;
    private volatile Opinion? _pending;
    private volatile bool _found;

    /// <summary>
    /// Processes a status from the probe's connection, and compares it on another one after the 1st, 2nd, 4th, 8th ….
    /// </summary>
    /// <returns>Whether multiple servers were found.</returns>
    internal bool Compare(object connection, ServerStatus status)
    {
        if (_found || status.ServerId is null)
        {
            return _found;
        }

        if (_pending is { } pending)
        {
            _pending = null;
            _found = ReferenceEquals(pending.Connection, connection) && !string.Equals(pending.ServerId, status.ServerId, StringComparison.Ordinal);
        }

        if (++_answers >= _next && _asking.IsCompleted && !_stop.IsCancellationRequested)
        {
            _next = _answers + Math.Min(_answers, LongestPause);
            _asking = Task.Run(() => AskAsync(connection), CancellationToken.None);
        }

        return _found;
    }

    /// <summary>Waits, within a timeout, for what is being asked.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _asking.WaitAsync(options.ProbeTimeout, options.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_asking.IsCompleted)
        {
            _stop.Dispose();
        }
    }

    private async Task AskAsync(object probed)
    {
        try
        {
            var other = await pool.OpenDedicatedConnectionAsync(_stop.Token).ConfigureAwait(false);
            await using (other.ConfigureAwait(false))
            {
                var status = await pool.Provider.ReadStatusAsync(other.Connection, _stop.Token).ConfigureAwait(false);
                if (status.HasMultipleServers)
                {
                    _found = true;
                }
                else if (status.ServerId is { } server)
                {
                    _pending = new Opinion(probed, server);
                }
            }
        }
#pragma warning disable CA1031 // An address that does not answer is the probes' affair.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private sealed record Opinion(object Connection, string ServerId);
}
