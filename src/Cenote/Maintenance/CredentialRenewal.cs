using Cenote.Events;
using Cenote.Leasing;
using Cenote.Providers;

namespace Cenote.Maintenance;

/// <summary>
/// The task that fetches new credentials before those of open connections expire, and then marks these connections for
/// replacement, each at a time of its own. Connections are kept until new credentials arrive: most servers check
/// them only when a session begins.
/// </summary>
internal sealed class CredentialRenewal(PoolSettings settings, LeaseDesk desk, PoolJournal journal) : IMaintenanceTask
{
    /// <summary>The share of the time until credentials expire that is left at the latest replacement.</summary>
    private const double Margin = 0.1;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private Task<DatabaseCredentials>? _fetch;
    private DatabaseCredentials? _newest;
    private long _newestAt;
    private long _retryAt;
    private TimeSpan _pause = FirstPause;
    private bool _hasFailed;

    public long DueAt { get; private set; } = long.MaxValue;

    /// <summary>Gets whether a connection is marked for replacement.</summary>
    internal bool HasMarked { get; private set; }

    public void Run()
    {
        if (_fetch is { IsCompleted: true } fetch)
        {
            _fetch = null;
            Take(fetch);
        }

        (DueAt, HasMarked) = (long.MaxValue, false);
        var mustFetch = false;
        foreach (var slot in desk.Slots.All)
        {
            if (slot.State is SlotState.Idle or SlotState.Leased or SlotState.Resetting or SlotState.Validating
                && slot.Physical is { ExpiringCredentials: { } credentials } physical)
            {
                Follow(physical, credentials, slot.Age.BornAt, ref mustFetch);
            }
        }

        if (mustFetch && _fetch is null && desk.Now >= _retryAt)
        {
            _fetch = Task.Run(FetchAsync);
        }

        DueAt = _fetch is not null ? 0 : mustFetch ? Math.Min(DueAt, _retryAt) : DueAt;
    }

    private void Follow(PhysicalConnection physical, DatabaseCredentials credentials, long bornAt, ref bool mustFetch)
    {
        if (physical.RenewAt == 0)
        {
            physical.RenewAt = TimeOf(credentials);
        }

        if (physical.RenewAt <= desk.Now && _newest is { } newest && _newestAt >= bornAt && !ReferenceEquals(newest, credentials))
        {
            if (!newest.HasSameSecret(credentials))
            {
                physical.MustRenew = HasMarked = true;
                return;
            }

            // The same ones are valid for longer, or will be fetched again when there may be others.
            physical.ExpiringCredentials = newest.ExpiresAt is null ? null : newest;
            physical.RenewAt = newest.ExpiresAt is null ? long.MaxValue : TimeOf(newest);
        }

        mustFetch |= physical.RenewAt <= desk.Now;
        DueAt = Math.Min(DueAt, physical.RenewAt <= desk.Now ? long.MaxValue : physical.RenewAt);
    }

    /// <summary>
    /// Returns when to replace a connection, on the pool's clock: early enough before the credentials expire for a
    /// clock that is wrong by a tenth of the time, and at a random time, so that connections are not replaced together.
    /// </summary>
    private long TimeOf(DatabaseCredentials credentials)
    {
        var left = credentials.ExpiresAt!.Value - settings.Clock.UtcNow;
        if (left <= TimeSpan.Zero)
        {
            Report(FormattableString.Invariant($"the callback returned credentials that had expired {Readable.About(-left)} before, by this machine's clock"), exception: null);
            return long.MaxValue;
        }

#pragma warning disable CA5394 // Spreads load; guessing it gains nothing.
        var share = 1 - Margin - (settings.LifetimeJitter * Random.Shared.NextDouble());
#pragma warning restore CA5394
        return desk.Now + Math.Max((long)FirstPause.TotalMilliseconds, (long)(left.TotalMilliseconds * share));
    }

    private async Task<DatabaseCredentials> FetchAsync()
    {
        using var timeout = new CancellationTokenSource(settings.ConnectTimeout, settings.Clock.TimeProvider);
        try
        {
            return await settings.CredentialsProvider!(timeout.Token).AsTask().WaitAsync(timeout.Token).ConfigureAwait(false)
                ?? throw new InvalidOperationException("The CredentialsProvider callback returned null. Return credentials.");
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested)
        {
            throw new TimeoutException($"The CredentialsProvider callback took longer than ConnectTimeout ({settings.ConnectTimeout.TotalSeconds:0.###} s).", exception);
        }
    }

    private void Take(Task<DatabaseCredentials> fetch)
    {
        if (!fetch.IsCompletedSuccessfully)
        {
            Retry();
            Report("the CredentialsProvider callback failed", fetch.Exception?.InnerException ?? fetch.Exception);
            return;
        }

        if (fetch.Result.ExpiresAt <= settings.Clock.UtcNow)
        {
            Retry();
            Report("the CredentialsProvider callback returned credentials that have expired, by this machine's clock", exception: null);
            return;
        }

        (_newest, _newestAt, _retryAt, _pause, _hasFailed) = (fetch.Result, desk.Now, 0, FirstPause, false);
    }

    private void Retry()
    {
        _retryAt = desk.Now + (long)_pause.TotalMilliseconds;
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
    }

    private void Report(string problem, Exception? exception)
    {
        if (!_hasFailed)
        {
            _hasFailed = true;
            journal.CredentialsNotRenewed(problem, exception);
        }
    }
}
