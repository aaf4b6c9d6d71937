using System.Collections.Concurrent;

namespace Cenote.LoadBench.Sides;

/// <summary>
/// The other pool that a .NET developer writes in ten lines: a semaphore limits the number of holders, and idle
/// connections are in a queue. A caller that finds no idle connection opens one.
/// </summary>
internal sealed class SemaphorePool<T>(int size, TimeSpan timeout, Func<ValueTask<T>> open) : IDisposable
{
    private readonly SemaphoreSlim _free = new(size, size);
    private readonly ConcurrentQueue<T> _idle = new();

    internal T Rent()
    {
        if (!_free.Wait(timeout))
        {
            throw new TimeoutException($"No connection was returned within {timeout}.");
        }

        return _idle.TryDequeue(out var connection) ? connection : OpenAsync().AsTask().GetAwaiter().GetResult();
    }

    internal ValueTask<T> RentAsync() => RentAsync(timeout);

    internal ValueTask<T> RentAsync(TimeSpan limit) =>
        !_free.Wait(0) ? WaitAsync(limit) : _idle.TryDequeue(out var connection) ? new(connection) : OpenAsync();

    internal void Return(T connection)
    {
        _idle.Enqueue(connection);
        _free.Release();
    }

    public void Dispose() => _free.Dispose();

    private async ValueTask<T> WaitAsync(TimeSpan limit)
    {
        if (!await _free.WaitAsync(limit))
        {
            throw new TimeoutException($"No connection was returned within {limit}.");
        }

        return _idle.TryDequeue(out var connection) ? connection : await OpenAsync();
    }

    private async ValueTask<T> OpenAsync()
    {
        try
        {
            return await open();
        }
        catch
        {
            _free.Release();
            throw;
        }
    }
}
