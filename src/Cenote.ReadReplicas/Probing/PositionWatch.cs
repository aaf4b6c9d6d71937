namespace Cenote.ReadReplicas.Probing;

/// <summary>A wait at the server itself for the earliest position that callers need there.</summary>
/// <remarks>
/// On a connection of its own, because a wait on the probe's connection would delay the probes that notice the death of
/// a server, and count as their latency. Each wait is short and runs out: for a cancel, drivers open another connection
/// and send a statement that may hit the next wait. Used by one loop.
/// </remarks>
internal sealed class PositionWatch(ConnectionPool pool, ReplicaSetOptions options, Action ended) : IAsyncDisposable
{
    /// <summary>The maximum time of one wait.</summary>
    internal static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepOpen = TimeSpan.FromMinutes(1);

    private readonly IReplicationPositionWaiter? _waiter = pool.Provider as IReplicationPositionWaiter;
    private readonly OwnConnection _connection = new(pool, options);
    private readonly long _started = options.TimeProvider.GetTimestamp();
    private readonly CancellationTokenSource _stop = new();
    private Task<ReplicationPosition?>? _wait;
    private ReplicationPosition? _position;
    private TimeSpan _began;
    private TimeSpan _notBefore;

    /// <summary>Gets whether the provider can wait, though perhaps not on this server.</summary>
    internal bool IsPossible => _waiter is not null;

    /// <summary>Gets the position that the server waits for; <see langword="null"/> when it does not wait.</summary>
    internal ReplicationPosition? Awaited => _position;

    private TimeSpan Now => options.TimeProvider.GetElapsedTime(_started);

    /// <summary>Begins a wait if callers need one and none is in progress.</summary>
    /// <param name="earliest">The earliest position that a caller waits for.</param>
    internal void Follow(ReplicationPosition? earliest)
    {
        if (_waiter is null || _wait is not null)
        {
            return;
        }

        if (earliest is null)
        {
            if (Now - _began >= KeepOpen)
            {
                _connection.Close();
            }
        }
        else if (Now >= _notBefore)
        {
            Start(_waiter, earliest);
        }
    }

    /// <summary>
    /// Returns whether a wait ends as soon as a position is reached. Not while its connection is being opened, and not
    /// when the server does not keep its time: then the server is asked again and again.
    /// </summary>
    internal bool IsFor(ReplicationPosition earliest) => _wait is not null
        && (_wait.IsCompleted || (_connection.Current is not null && earliest.Covers(_position!) && Now - _began < Turn + Turn));

    /// <summary>Returns the position of the server at the end of a wait that has ended since the last call.</summary>
    internal ReplicationPosition? TakeResult()
    {
        if (_wait is not { IsCompleted: true } wait)
        {
            return null;
        }

        var position = _position!;
        (_wait, _position) = (null, null);
        if (!wait.IsCompletedSuccessfully)
        {
            _ = wait.Exception;
            _notBefore = Now + AfterFailure;
            return null;
        }

        if (wait.Result is not { } reached)
        {
            // The server is of a kind that cannot, until it is replaced by another.
            _notBefore = Now + KeepOpen;
            _connection.Close();
            return null;
        }

        if (!reached.Covers(position) && Now - _began < Turn / 2)
        {
            // It returned early: repeated at once, that would be polling without a pause.
            _notBefore = Now + AfterFailure;
        }

        return reached;
    }

    /// <summary>Lets the wait run out. Gives it up if the server does not keep its time.</summary>
    public async ValueTask DisposeAsync()
    {
        Task wait = _wait ?? Task.CompletedTask;
        await wait.WaitAsync(Turn + Turn, options.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stop.CancelAsync().ConfigureAwait(false);
        await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _connection.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Start(IReplicationPositionWaiter waiter, ReplicationPosition position)
    {
        _position = position;
        _began = Now;
        _wait = WaitAsync(waiter, position);

        // Not within the task: the loop that wakes up must find it completed.
        _ = _wait.ContinueWith(static (_, ended) => ((Action)ended!)(), ended, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task<ReplicationPosition?> WaitAsync(IReplicationPositionWaiter waiter, ReplicationPosition position)
    {
        var (reached, _) = await _connection.CallAsync(
            (_, connection, stop) => waiter.WaitForPositionAsync(connection, position, Turn, stop), Turn + options.ProbeTimeout, _stop.Token).ConfigureAwait(false);
        return reached;
    }
}
