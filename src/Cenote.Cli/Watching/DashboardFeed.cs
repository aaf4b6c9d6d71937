using Cenote.Dashboard.Json;

namespace Cenote.Cli.Watching;

/// <summary>
/// Follows a dashboard until it is cancelled: by its stream, by polling when streams are refused, and by reconnecting
/// when it is gone. The page in the browser does the same, at the same pace.
/// </summary>
internal sealed class DashboardFeed(DashboardClient client, string? pool, TimeProvider clock)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StreamAgainAfter = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private volatile Sight? _latest;
    private int _failures;

    /// <summary>Called with each new sight, on the thread that received it.</summary>
    public Action<Sight>? Changed { get; set; }

    /// <summary>
    /// Gets the last received data; <see langword="null"/> before the first answer. Safe to read from any thread.
    /// </summary>
    public Sight? Latest => _latest;

    /// <summary>Runs until it is cancelled.</summary>
    /// <exception cref="DashboardException">The first request failed. <see cref="Sight.Problem"/> has later
    /// failures.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(cancellationToken);
            }
            catch (DashboardException exception) when (_latest is { } latest)
            {
                Report(exception.Message, latest);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            _failures++;
            var pause = TimeSpan.FromSeconds(Math.Min(_failures, LongestPause.TotalSeconds));
            await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            await StreamAsync(cancellationToken);
        }
        catch (SilentStreamException)
        {
            await PollAsync(StreamAgainAfter, cancellationToken);
        }
        catch (DashboardException)
        {
            // Perhaps only the stream is rejected or broken. The response to a poll has the better reason.
            await PollAsync(TimeSpan.Zero, cancellationToken);
        }
    }

    private async Task StreamAsync(CancellationToken cancellationToken)
    {
        using var stream = await client.OpenStreamAsync(pool, cancellationToken);
        OverviewJson? overview = null;
        var seat = new SeatKeeper(client, clock);
        await foreach (var item in stream.ReadAsync(cancellationToken))
        {
            seat.Confirm();
            switch (item.EventType)
            {
                case "seat":
                    seat.Take(item.Data);
                    break;
                case "overview":
                    overview = DashboardReader.ReadOverview(item.Data);
                    if (pool is null || !overview.Pools.Any(row => row.Name == pool))
                    {
                        Show(SightState.Live, overview, detail: null);
                    }

                    break;
                case "pool" when overview is not null:
                    Show(SightState.Live, overview, DashboardReader.ReadPool(item.Data));
                    break;
            }
        }

        // Streams end with the server, and once an hour; the viewer connects again.
        Report("The stream has ended.", _latest ?? throw new DashboardException("The stream ended before it began."));
    }

    /// <summary>Polls at least once.</summary>
    private async Task PollAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            var overview = await client.GetOverviewAsync(cancellationToken);
            Show(SightState.Polling, overview, pool is null ? null : await client.GetPoolAsync(pool, cancellationToken));
            if (clock.GetElapsedTime(started) >= longest)
            {
                return;
            }

            await Task.Delay(PollInterval, clock, cancellationToken);
        }
    }

    private void Show(SightState state, OverviewJson overview, PoolJson? detail)
    {
        _failures = 0;
        var isGone = pool is not null && detail is null;
        Publish(new Sight(state, overview, detail, clock.GetTimestamp(), isGone ? "The pool no longer exists." : null));
    }

    private void Report(string problem, Sight last) => Publish(last with { State = SightState.Reconnecting, Problem = problem });

    private void Publish(Sight sight)
    {
        _latest = sight;
        Changed?.Invoke(sight);
    }
}
