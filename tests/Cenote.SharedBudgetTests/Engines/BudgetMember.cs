using StackExchange.Redis;

namespace Cenote.SharedBudgetTests.Engines;

/// <summary>An instance of the fleet, and its callers.</summary>
internal sealed class BudgetMember(SharedConnectionBudget shared, ConnectionPool pool, string work, ConnectionMultiplexer? redis) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _callers = [];
    private volatile int _wanted;

    internal SharedConnectionBudget Shared => shared;

    internal ConnectionPool Pool => pool;

    internal int Connections => shared.Budget.GetStatistics().Connections;

    /// <summary>So many callers rent again and again.</summary>
    internal void Want(int callers)
    {
        _wanted = callers;
        for (var number = _callers.Count; number < callers; number++)
        {
            var own = number;
            _callers.Add(Task.Run(() => RentAsync(own)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_callers);
        await pool.DisposeAsync();
        await shared.DisposeAsync();
        if (redis is not null)
        {
            await redis.DisposeAsync();
        }

        _stop.Dispose();
    }

    private async Task RentAsync(int number)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (number < _wanted)
                {
                    using var lease = await pool.RentAsync(_stop.Token);
                    await using var command = lease.Connection.CreateCommand();
                    command.CommandText = work;
                    await command.ExecuteScalarAsync(_stop.Token);
                }
                else
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, _stop.Token);
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or PoolException or System.Data.Common.DbException)
            {
                // Ended, or ended by another instance.
            }
        }
    }
}
