using System.Data.Common;

namespace Cenote.ReadReplicas.Probing;

/// <summary>
/// A connection beside the pool: opened when it is missing, discarded when a call fails or hangs. One call at a time.
/// </summary>
internal sealed class OwnConnection(ConnectionPool pool, ReplicaSetOptions options) : IAsyncDisposable
{
    private volatile DedicatedConnection? _connection;
    private Task _givenUp = Task.CompletedTask;

    /// <summary>The connection of the present or last call, which tells it from later ones.</summary>
    internal object? Current => _connection;

    /// <summary>Makes a call to the driver on the connection.</summary>
    /// <exception cref="TimeoutException">It did not return in time. It is cancelled, and its connection closed, in the
    /// background.</exception>
    internal async Task<(T Result, TimeSpan Latency)> CallAsync<T>(
        Func<DatabaseProvider, DbConnection, CancellationToken, ValueTask<T>> call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        _connection ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
        var connection = _connection;
        var stop = new CancellationTokenSource();
        var started = options.TimeProvider.GetTimestamp();
        var calling = Start(() => call(pool.Provider, connection.Connection, stop.Token));
        try
        {
            var result = await calling.WaitAsync(timeout, options.TimeProvider, cancellationToken).ConfigureAwait(false);
            stop.Dispose();
            return (result, options.TimeProvider.GetElapsedTime(started));
        }
        catch (Exception exception)
        {
            _connection = null;
            GiveUp(CloseAfterAsync(connection, calling, stop));
            throw exception is TimeoutException && !calling.IsFaulted
                ? new TimeoutException($"The server did not answer a probe within ProbeTimeout ({options.ProbeTimeout}).", exception)
                : exception;
        }
    }

    /// <summary>Closes the connection in the background. The next call opens another.</summary>
    internal void Close()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            GiveUp(Task.Run(() => connection.DisposeAsync().AsTask()));
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
        var stop = new CancellationTokenSource();
        var opening = Start(() => pool.OpenDedicatedConnectionAsync(stop.Token));
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
    private static Task<T> Start<T>(Func<ValueTask<T>> call) => Task.Run(() => call().AsTask(), CancellationToken.None);

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
