// A rent that is over shows it at once only in its own ValueTask, which is awaited once.
#pragma warning disable CA2012 // Use ValueTasks correctly
namespace Cenote.Tests.Leasing.Lanes;

/// <summary>
/// Lanes that never run out of waiting callers, on a pool whose leases end in the order of fake time.
/// </summary>
internal sealed class LaneLoad
{
    private const int Waiting = 20;

    private readonly TestPool _test;
    private readonly Lane[] _lanes;
    private readonly Dictionary<Lane, Queue<ValueTask<ConnectionLease>>> _waiting;
    private readonly Dictionary<Lane, int> _served;
    private readonly PriorityQueue<ConnectionLease, TimeSpan> _held = new();
    private readonly int _size;
    private TimeSpan _now;

    internal LaneLoad(TestPool test, int size, params Lane[] lanes)
    {
        (_test, _size, _lanes) = (test, size, lanes);
        _served = lanes.ToDictionary(static lane => lane, static _ => 0);
        _waiting = lanes.ToDictionary(static lane => lane, static _ => new Queue<ValueTask<ConnectionLease>>());
    }

    internal int ServedOf(Lane lane) => _served[lane];

    /// <summary>Ends leases until so many callers were served since all connections were first in use.</summary>
    internal async Task ServeAsync(int count, Func<Lane, TimeSpan> duration)
    {
        // Held for a moment, so that every lane waits before the first is served.
        var first = await _test.RentAsync(_size);
        Fill();
        for (var i = 0; i < _size; i++)
        {
            _held.Enqueue(first[i], TimeSpan.FromTicks(i));
        }

        for (var served = 0; served < count; served++)
        {
            Assert.True(_held.TryDequeue(out var ending, out var at));
            _test.Time.Advance(at - _now);
            _now = at;
            ending.Dispose();
            var lane = Assert.Single(_lanes, lane => _waiting[lane].Peek().IsCompleted);
            Assert.Equal(1, _waiting[lane].Count(static waiter => waiter.IsCompleted));
            _held.Enqueue(await _waiting[lane].Dequeue(), _now + duration(lane));
            _served[lane]++;
            Fill();
        }
    }

    internal async Task EndAsync()
    {
        while (_held.TryDequeue(out var lease, out _))
        {
            lease.Dispose();
        }

        await ReturnAllAsync(_lanes.SelectMany(lane => _waiting[lane]).Select(static waiter => waiter.AsTask()));
        Assert.All(_test.Pool.GetStatistics().Lanes, static lane => Assert.Equal((0, 0), (lane.InUse, lane.Waiting)));
    }

    /// <summary>Returns the leases of callers in whichever order they are served.</summary>
    internal static Task ReturnAllAsync(IEnumerable<Task<ConnectionLease>> waiting) =>
        Task.WhenAll([.. waiting.Select(static async waiter => (await waiter).Dispose())]).Soon();

    private void Fill()
    {
        foreach (var lane in _lanes)
        {
            while (_waiting[lane].Count < Waiting)
            {
                _waiting[lane].Enqueue(_test.Pool.RentAsync(lane));
            }
        }
    }
}
