using System.Data.Common;

namespace Cenote.Shop.Instances;

/// <summary>The callers of an instance, who rent a connection for a short statement again and again.</summary>
internal sealed class InstanceCallers(ConnectionPool pool, string statement, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _ended = new();
    private readonly List<Task> _callers = [];
    private int _wanted;
    private long _served;
    private long _failed;

    /// <summary>The statements so far.</summary>
    public long Served => Interlocked.Read(ref _served);

    /// <summary>The statements and rents that failed so far.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>So many callers work from now on.</summary>
    public void Want(int callers)
    {
        Volatile.Write(ref _wanted, callers);
        for (var number = _callers.Count; number < callers; number++)
        {
            var own = number;
            _callers.Add(Task.Run(() => WorkAsync(own)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await Task.WhenAll(_callers);
        _ended.Dispose();
    }

    private async Task WorkAsync(int number)
    {
        while (!_ended.IsCancellationRequested)
        {
            if (number >= Volatile.Read(ref _wanted) || !await TryServeAsync())
            {
                await Task.Delay(Pause, clock, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<bool> TryServeAsync()
    {
        try
        {
            using var lease = await pool.RentAsync(_ended.Token);
            await using var command = lease.Connection.CreateCommand();
            command.CommandText = statement;
            await command.ExecuteScalarAsync(_ended.Token);
            Interlocked.Increment(ref _served);
            return true;
        }
        catch (Exception exception) when (exception is OperationCanceledException or PoolException or DbException)
        {
            // Another instance may have ended the session of one that stood still.
            Interlocked.Increment(ref _failed);
            return false;
        }
    }
}
