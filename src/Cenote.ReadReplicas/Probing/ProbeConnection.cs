using Cenote.Providers;

namespace Cenote.ReadReplicas.Probing;

/// <summary>The connection of a probe: opened when there is none, given up when a question fails or hangs. Used by one loop only.</summary>
internal sealed class ProbeConnection(ConnectionPool pool, ReplicaSetOptions options) : IAsyncDisposable
{
    private DedicatedConnection? _connection;
    private Task _givenUp = Task.CompletedTask;

    /// <summary>Asks the server for its status.</summary>
    /// <exception cref="TimeoutException">It did not answer in time.</exception>
    internal async Task<(ServerStatus Status, TimeSpan Latency)> AskAsync(CancellationToken cancellationToken)
    {
        _connection ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
        var connection = _connection;
        using var limit = new CancellationTokenSource(options.ProbeTimeout, options.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var started = options.TimeProvider.GetTimestamp();
        var asking = StartAsking(connection, linked.Token);
        try
        {
            var status = await asking.WaitAsync(linked.Token).ConfigureAwait(false);
            return (status, options.TimeProvider.GetElapsedTime(started));
        }
        catch (Exception exception)
        {
            _connection = null;
            GiveUp(CloseAfterAsync(connection, asking));
            throw limit.IsCancellationRequested && exception is OperationCanceledException
                ? new TimeoutException($"The server did not answer a probe within ProbeTimeout ({options.ProbeTimeout}).", exception)
                : exception;
        }
    }

    /// <summary>Waits, within a timeout, also for what was given up: it uses the pool's driver.</summary>
    public async ValueTask DisposeAsync()
    {
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
        using var limit = new CancellationTokenSource(options.ProbeTimeout, options.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var opening = StartOpening(linked.Token);
        try
        {
            return await opening.WaitAsync(linked.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            GiveUp(CloseLateAsync(opening));
            throw limit.IsCancellationRequested && exception is OperationCanceledException
                ? new TimeoutException($"A probe could not connect within ProbeTimeout ({options.ProbeTimeout}).", exception)
                : exception;
        }
    }

    // On the thread pool: a driver may block before its first await (Microsoft.Data.Sqlite always does), and one that hangs must not take the loop with it.
    private Task<DedicatedConnection> StartOpening(CancellationToken cancellationToken) =>
        Task.Run(() => pool.OpenDedicatedAsync(cancellationToken).AsTask(), CancellationToken.None);

    private Task<ServerStatus> StartAsking(DedicatedConnection connection, CancellationToken cancellationToken) =>
        Task.Run(() => pool.Provider.ReadStatusAsync(connection.Connection, cancellationToken).AsTask(), CancellationToken.None);

    // Nothing may be called on a connection during a call: it is closed once the driver lets go of it.
    private static async Task CloseAfterAsync(DedicatedConnection connection, Task call)
    {
        await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task CloseLateAsync(Task<DedicatedConnection> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
        {
            await opening.Result.DisposeAsync().ConfigureAwait(false);
        }
    }
}
