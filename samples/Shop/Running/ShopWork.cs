using Cenote.Shop.Clients;
using Cenote.Comparing;
using Cenote.Shop.Pools;

namespace Cenote.Shop.Running;

/// <summary>
/// The clients' work of a run: all the time through one arrangement of pools, or in turns through two.
/// </summary>
internal sealed class ShopWork : IDisposable
{
    // Phases end without anybody giving up, and a database that hangs must not hold the run for as long as its clients
    // would wait.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly ClientFleet _fleet;
    private readonly IReadOnlyList<Arrangement> _arrangements;
    private readonly WorkInTurns? _turns;
    private readonly TimeSpan _duration;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _interrupted;
    private readonly CancellationTokenSource _stopping = new();

    public ShopWork(ClientFleet fleet, IReadOnlyList<Arrangement> arrangements, TimeSpan duration, TimeProvider clock, CancellationToken interrupted)
    {
        _fleet = fleet;
        _arrangements = arrangements;
        _duration = duration;
        _clock = clock;
        _interrupted = interrupted;
        _turns = arrangements is [var split, var mixed] ? new WorkInTurns(fleet, split, mixed, duration, clock) : null;
    }

    public Turn Turn => _turns?.Turn ?? new Turn(_arrangements[0].Kind);

    /// <summary>Signalled when the last operations are under way.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public void Dispose() => _stopping.Dispose();

    /// <returns><see langword="null"/> when there was nothing to compare.</returns>
    public async Task<Comparison?> RunAsync()
    {
        await using var interruption = _interrupted.Register(_stopping.Cancel);
        await using var timer = _clock.CreateTimer(_ => _stopping.Cancel(), state: null, _turns is null ? _duration : _duration + Grace, Timeout.InfiniteTimeSpan);
        if (_turns is not null)
        {
            return await _turns.RunAsync(Stopping);
        }

        var pools = _arrangements[0];
        pools.Begin();
        await _fleet.RunAsync(pools, pools.Meters, new Shift(Stopping, Stopping));
        pools.End();
        return null;
    }
}
