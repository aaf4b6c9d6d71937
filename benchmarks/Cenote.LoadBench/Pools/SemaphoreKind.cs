using Cenote.LoadBench.Sides;

namespace Cenote.LoadBench.Pools;

internal sealed class SemaphoreKind() : PoolKind<SemaphoreSide, object>("semaphore pool", Settings.Stub)
{
    internal override async Task<PeerPool<SemaphoreSide>> CreateAsync(int size)
    {
        var pool = await CreateColdAsync(0, size, TimeSpan.Zero);
        await FillAsync(pool.Side, size);
        return pool;
    }

    internal override Task<PeerPool<SemaphoreSide>> CreateColdAsync(int minSize, int maxSize, TimeSpan openTime)
    {
        var opens = 0;
        var pool = new SemaphorePool<object>(maxSize, StubPools.Timeout, OpenAsync);
        return Task.FromResult(new PeerPool<SemaphoreSide>(new SemaphoreSide(pool), () => Volatile.Read(ref opens), pool.Dispose));

        async ValueTask<object> OpenAsync()
        {
            Interlocked.Increment(ref opens);
            if (openTime > TimeSpan.Zero)
            {
                await Task.Delay(openTime, TimeProvider.System);
            }

            return new object();
        }
    }
}
