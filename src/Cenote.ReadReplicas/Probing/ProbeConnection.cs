namespace Cenote.ReadReplicas.Probing;

/// <summary>
/// The connection of a probe: opened when it is missing, discarded when a query fails or hangs. Used by one loop only.
/// </summary>
internal sealed class ProbeConnection(ConnectionPool pool, ReplicaSetOptions options) : IAsyncDisposable
{
    private readonly SecondOpinion _second = new(pool, options);
    private DedicatedConnection? _connection;
    private Task _givenUp = Task.CompletedTask;

    /// <summary>Asks the server for its status.</summary>
    /// <exception cref="TimeoutException">It did not answer in time.</exception>
    internal async Task<(ServerStatus Status, TimeSpan Latency)> AskAsync(CancellationToken cancellationToken)
    {
        _connection ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
        var connection = _connection;
        var stop = new CancellationTokenSource();
        var started = options.TimeProvider.GetTimestamp();
        var asking = StartAsking(connection, stop.Token);
        try
        {
            var status = await asking.WaitAsync(options.ProbeTimeout, options.TimeProvider, cancellationToken).ConfigureAwait(false);
            stop.Dispose();
            var latency = options.TimeProvider.GetElapsedTime(started);
            return (_second.Compare(connection, status) ? status with { HasMultipleServers = true } : status, latency);
        }
        catch (Exception exception)
        {
            _connection = null;
            GiveUp(CloseAfterAsync(connection, asking, stop));
            throw exception is TimeoutException && !asking.IsFaulted
                ? new TimeoutException($"The server did not answer a probe within ProbeTimeout ({options.ProbeTimeout}).", exception)
                : exception;
        }
    }

    /// <summary>Waits, within a timeout, also for what was given up: it uses the pool's driver.</summary>
    public async ValueTask DisposeAsync()
    {
        await _second.DisposeAsync().ConfigureAwait(false);
        if (_connection is not null)
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
            _connection = null;
        }

        await _givenUp.WaitAsync(options.ProbeTimeout, options.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void GiveUp(Task closing) => _givenUp = _givenUp.IsCompleted ? closing : Task.WhenAll(_givenUp, closing);

    private async Task<DedicatedConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var stop = new CancellationTokenSource();
        var opening = StartOpening(stop.Token);
        try
        {
            var connection = await opening.WaitAsync(options.ProbeTimeout, options.TimeProvider, cancellationToken).ConfigureAwait(false);
            stop.Dispose();
            return connection;
        }
        catch (Exception exception)
        {
            GiveUp(CloseLateAsync(opening, stop));
            throw exception is TimeoutException && !opening.IsFaulted
                ? new TimeoutException($"A probe could not connect within ProbeTimeout ({options.ProbeTimeout}).", exception)
                : exception;
        }
    }

    // On the thread pool: a driver may block before its first await (Microsoft.Data.Sqlite always does), and one that
    // hangs must not take the loop with it.
    private Task<DedicatedConnection> StartOpening(CancellationToken cancellationToken) =>
        Task.Run(() => pool.OpenDedicatedConnectionAsync(cancellationToken).AsTask(), CancellationToken.None);

    private Task<ServerStatus> StartAsking(DedicatedConnection connection, CancellationToken cancellationToken) =>
        Task.Run(() => pool.Provider.ReadStatusAsync(connection.Connection, cancellationToken).AsTask(), CancellationToken.None);

    // Nothing may be called on a connection during a call: it is closed once the driver lets go of it.
    private static async Task CloseAfterAsync(DedicatedConnection connection, Task call, CancellationTokenSource stop)
    {
        await StopAsync(call, stop).ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task CloseLateAsync(Task<DedicatedConnection> opening, CancellationTokenSource stop)
    {
        await StopAsync(opening, stop).ConfigureAwait(false);
        if (opening.IsCompletedSuccessfully)
        {
            await opening.Result.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Away from the loop: for the cancel of a statement Npgsql connects to the host once more, on the thread that
    // cancels, and a host that is silent keeps that for many seconds.
    private static async Task StopAsync(Task call, CancellationTokenSource stop)
    {
        await stop.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }
}
