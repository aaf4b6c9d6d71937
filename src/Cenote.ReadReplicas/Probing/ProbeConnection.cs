namespace Cenote.ReadReplicas.Probing;

/// <summary>The connection of a probe. Used by one loop only.</summary>
internal sealed class ProbeConnection(ConnectionPool pool, ReplicaSetOptions options) : IAsyncDisposable
{
    private readonly OwnConnection _connection = new(pool, options);
    private readonly SecondOpinion _second = new(pool, options);

    /// <summary>Asks the server for its status.</summary>
    /// <exception cref="TimeoutException">It did not answer in time.</exception>
    internal async Task<(ServerStatus Status, TimeSpan Latency)> AskAsync(CancellationToken cancellationToken)
    {
        var (status, latency) = await _connection.CallAsync(
            static (provider, connection, stop) => provider.ReadStatusAsync(connection, stop), options.ProbeTimeout, cancellationToken).ConfigureAwait(false);
        return (_second.Compare(_connection.Current!, status) ? status with { HasMultipleServers = true } : status, latency);
    }

    /// <summary>Asks the server for its position only, which takes it a fraction of the time.</summary>
    internal async Task<ReplicationPosition?> AskForPositionAsync(CancellationToken cancellationToken)
    {
        var (position, _) = await _connection.CallAsync(
            static (provider, connection, stop) => provider.ReadPositionAsync(connection, stop), options.ProbeTimeout, cancellationToken).ConfigureAwait(false);
        return position;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _second.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }
}
