using Cenote.SharedBudget.Events;
using Cenote.SharedBudget.Grants;
using Cenote.SharedBudget.Stores;

namespace Cenote.SharedBudget.Renewal;

/// <summary>Keeps the grant of an instance: renews it, counts at the server, and ends it in time.</summary>
internal sealed partial class RenewalLoop : IAsyncDisposable
{
    /// <summary>The next renewal after one that lowered the grant, which gives back what is beyond.</summary>
    private static readonly TimeSpan SoonerInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>A start ends without an answer after this time.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(5);

    /// <summary>A start ends when the store has answered and the database has not for this time.</summary>
    private static readonly TimeSpan LongestDatabaseSilence = TimeSpan.FromSeconds(15);

    /// <summary>The times to live that a start waits for the count of a new table.</summary>
    private const int LongestCensus = 10;

    private readonly SharedBudgetOptions _options;
    private readonly Renewer _renewer;
    private readonly Grant _grant;
    private readonly ConnectionBudget _budget;
    private readonly SessionLabel _label;
    private readonly SessionCounter _counter;
    private readonly ControlConnection _connection;
    private readonly StateJournal _journal;
    private readonly CancellationTokenSource _stopped = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _end;
    private readonly Observer _observer;
    private Task _running = Task.CompletedTask;
    private bool _hasAnswer;
    private bool _isChecked;
    private long _countFailedAt;
    private long _renewals;
    private long _failures;
    private long _ended;
    private GrantAnswer _answer = GrantAnswer.None;
    private RejectedInstanceException? _rejection;

    internal RenewalLoop(
        SharedBudgetOptions options, Renewer renewer, Grant grant, ConnectionBudget budget, SessionLabel label, SessionCounter counter, ControlConnection connection, StateJournal journal)
    {
        (_options, _renewer, _grant, _budget, _label, _counter, _connection, _journal) = (options, renewer, grant, budget, label, counter, connection, journal);
        _observer = new Observer(options.TimeProvider, options.TimeToLive, options.TimeToLive / 2);
        _end = options.TimeProvider.CreateTimer(static state => ((RenewalLoop)state!).End(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    internal long Renewals => Interlocked.Read(ref _renewals);

    internal long Failures => Interlocked.Read(ref _failures);

    internal long EndedSessions => Interlocked.Read(ref _ended);

    internal GrantAnswer Answer => Volatile.Read(ref _answer);

    internal int Demand => _renewer.Demand;

    /// <summary>Begins, and waits for the first answer, or for as long as a grant is valid.</summary>
    internal Task BeginAsync()
    {
        _running = Task.Run(RunAsync);
        return _begun.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await _end.DisposeAsync().ConfigureAwait(false);
        var isBare = !_grant.MayConnect;
        _grant.Revoke();
        _budget.Ledger.Apply(0);
        if (_options.Redis is not null)
        {
            // Nothing is free before its session is closed.
            await ReleaseAsync().ConfigureAwait(false);
        }

        if (_rejection is null)
        {
            // Also without an answer: it may have been lost on the way.
            await LeaveAsync(isBare).ConfigureAwait(false);
        }

        await _connection.DisposeAsync().ConfigureAwait(false);
        _stopped.Dispose();
    }

    private async Task RunAsync()
    {
        var started = _options.TimeProvider.GetTimestamp();
        while (!_stopped.IsCancellationRequested)
        {
            var next = await StepAsync().ConfigureAwait(false);
            var elapsed = _options.TimeProvider.GetElapsedTime(started);
            if (_hasAnswer)
            {
                End();
            }
            else if (elapsed >= _options.TimeToLive)
            {
                await TryBeginAloneAsync().ConfigureAwait(false);
                End();
            }

            Begin(elapsed);

            await Task.Delay(next, _options.TimeProvider, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _begun.TrySetResult();
    }

    /// <summary>
    /// Asks the server something while the store does not answer, so that this instance has a session that the others
    /// can count, and keeps its place.
    /// </summary>
    private async Task ProveAsync()
    {
        if (!_grant.HasPlace)
        {
            return;
        }

        try
        {
            var now = _grant.Now();
            await LimitAsync(async limit =>
            {
                await _counter.PingAsync(limit).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
            _grant.RecordSign(now);
            _journal.Counted();
        }
#pragma warning disable CA1031 // A driver may throw anything. Without a sign the place is lost after a while.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            FailCount(exception);
        }
    }

    /// <summary>Closes the session of the instance. Without Redis it opens one again for the next question.</summary>
    private async Task ReleaseAsync()
    {
        await _connection.DisposeAsync().ConfigureAwait(false);
        if (_options.Redis is not null)
        {
            _grant.ReleaseControl();
        }
    }

    private void Fail(Action<Exception> record, Exception exception)
    {
        if (!_stopped.IsCancellationRequested)
        {
            record(exception);
        }
    }

    private void FailCount(Exception exception)
    {
        _countFailedAt = _options.TimeProvider.GetTimestamp();
        Fail(_journal.CountFailed, exception);
    }

    /// <summary>Renews once, and counts where the answer asks for it.</summary>
    /// <returns>The time until the next renewal.</returns>
    private async Task<TimeSpan> StepAsync()
    {
        try
        {
            if (_options.Redis is not null && !_connection.IsOpen && !_grant.MayConnect)
            {
                _grant.ReleaseControl();
            }

            var answer = await RenewAsync(census: null).ConfigureAwait(false);
            if (!_isChecked && _options.Redis is null)
            {
                await LimitAsync(CheckAsync).ConfigureAwait(false);
            }

            if (answer.MustCount && await TryCountAsync(answer).ConfigureAwait(false) is { } census)
            {
                answer = await RenewAsync(census).ConfigureAwait(false);
            }

            if (!_isChecked && answer.Permits > 0)
            {
                await TryCheckAsync().ConfigureAwait(false);
            }
            else if (answer.Permits == 0 && _grant.Control > 0)
            {
                // Nothing is free for its own session either. The next renewal gives it back.
                await ReleaseAsync().ConfigureAwait(false);
            }

            // Without Redis and without permits, each question needs a session.
            var isSooner = (answer.IsShort || answer.Permits - 1 < _budget.GetStatistics().Connections) && (answer.Permits > 0 || _options.Redis is not null);
            return isSooner ? Shorter(SoonerInterval, _options.RenewalInterval) : _options.RenewalInterval;
        }
#pragma warning disable CA1031 // A store may throw anything, and the instance goes on with what it is guaranteed.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (!_stopped.IsCancellationRequested)
            {
                Interlocked.Increment(ref _failures);
                _journal.RenewalFailed(exception);
                await RejectAsync(exception as RejectedInstanceException).ConfigureAwait(false);
                await ProveAsync().ConfigureAwait(false);
            }

            return _options.RenewalInterval;
        }
    }

    /// <summary>
    /// Takes back what an instance has that began alone and that the others reject: nothing is reserved for it.
    /// </summary>
    private async Task RejectAsync(RejectedInstanceException? rejection)
    {
        _rejection = rejection ?? _rejection;
        if (rejection is not null && !_hasAnswer)
        {
            _grant.EndAlone();
            _budget.Ledger.Apply(0);
        }

        if (rejection?.Answer is { } answer)
        {
            await WatchAsync(answer).ConfigureAwait(false);
        }

        if (!_grant.MayConnect)
        {
            // The session in which it asked or counted, too.
            await ReleaseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Counts the sessions of instances with other settings, which may be gone.</summary>
    private async Task WatchAsync(GrantAnswer answer)
    {
        _observer.Record(answer);
        if (!answer.MustCount || await TryCountAsync(answer).ConfigureAwait(false) is not { } census)
        {
            return;
        }

        try
        {
            await RenewAsync(census).ConfigureAwait(false);
        }
        catch (RejectedInstanceException rejection)
        {
            _rejection = rejection;
        }
#pragma warning disable CA1031 // A store may throw anything. The next count comes soon.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(_journal.RenewalFailed, exception);
        }
    }

    private async Task<GrantAnswer> RenewAsync(GrantCensus? census)
    {
        var answer = await LimitAsync(limit => _renewer.RenewAsync(census, _observer.KnownEpoch, limit)).ConfigureAwait(false);
        (_hasAnswer, _rejection) = (true, null);
        if (_label.Adopt(answer.Family) && _options.Redis is null)
        {
            // The session that asked has the label of a budget that does not exist.
            await _connection.DisposeAsync().ConfigureAwait(false);
        }

        _observer.Record(answer);
        Volatile.Write(ref _answer, answer);
        Interlocked.Increment(ref _renewals);
        _end.Change(_renewer.ValidFor > TimeSpan.Zero ? _renewer.ValidFor + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        _journal.Record(_grant.IsValid, answer.Permits == 0);
        _journal.Record(answer.Strangers);
        return answer;
    }

    /// <summary>Checks the server once. A server that cannot count ends the start, not a running instance.</summary>
    private async Task<bool> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _counter.CheckAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (NotSupportedException exception)
        {
            _begun.TrySetException(exception);
            throw;
        }

        _journal.Counted();
        return _isChecked = true;
    }

    private async Task TryCheckAsync()
    {
        try
        {
            await LimitAsync(CheckAsync).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A driver may throw anything. The grant is valid all the same, and the start waits.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            FailCount(exception);
        }
    }

    /// <summary>
    /// Counts the sessions of all instances, and ends those of instances that hold more than they may.
    /// </summary>
    private async Task<GrantCensus?> TryCountAsync(GrantAnswer answer)
    {
        try
        {
            var expired = _observer.FindExpired(answer);
            if (!answer.NeedsCensus && expired.Count == 0 && answer.Strangers == 0)
            {
                return null;
            }

            _grant.HoldControl();
            if (!_isChecked)
            {
                await LimitAsync(CheckAsync).ConfigureAwait(false);
            }

            var counted = await LimitAsync(limit => CountAsync(answer, expired, limit)).ConfigureAwait(false);
            _journal.Counted();
            return new GrantCensus { Epoch = answer.Epoch, Expired = expired, Counted = counted };
        }
#pragma warning disable CA1031 // A driver may throw anything. Without a count the shares stay taken.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            FailCount(exception);
            return null;
        }
    }

    private async Task<List<CountedInstance>> CountAsync(GrantAnswer answer, List<OtherGrant> expired, CancellationToken cancellationToken)
    {
        var counted = await _counter.CountAsync(cancellationToken).ConfigureAwait(false);

        // After a standstill, what is known of the others is old.
        var mayEnd = _options.EndsExpiredSessions && answer.IsContended && _grant.IsValid;
        var hasEnded = mayEnd && await EndSessionsAsync(expired, counted, cancellationToken).ConfigureAwait(false) > 0;
        return hasEnded ? await _counter.CountAsync(cancellationToken).ConfigureAwait(false) : counted;
    }

    private async Task<int> EndSessionsAsync(List<OtherGrant> allExpired, List<CountedInstance> counted, CancellationToken cancellationToken)
    {
        var all = 0;
        foreach (var expired in allExpired)
        {
            if (counted.Find(instance => instance.Id == expired.Id).Sessions - expired.Guaranteed is > 0 and var beyond)
            {
                var ended = await _counter.EndAsync(expired.Id, beyond, cancellationToken).ConfigureAwait(false);
                all += ended;
                if (ended > 0)
                {
                    Interlocked.Add(ref _ended, ended);
                    _journal.SessionsEnded(expired.Id, ended);
                }
            }
        }

        return all;
    }

    /// <summary>
    /// Applies the end of the grant to the pools: idle connections close now, others as they are returned.
    /// </summary>
    private void End()
    {
        if (!_grant.IsValid)
        {
            _budget.Ledger.Apply(_grant.Read());
            _journal.Record(isGranted: false);
        }
    }

    /// <summary>Gives everything back, or all but the connections of pools that are still open.</summary>
    private async Task LeaveAsync(bool isBare)
    {
        try
        {
            using var limit = new CancellationTokenSource(_hasAnswer ? _options.TimeToLive : Shorter(_options.TimeToLive, LongestSilence), _options.TimeProvider);
            if (_budget.GetStatistics().Connections == 0)
            {
                await _renewer.LeaveAsync(isBare, limit.Token).ConfigureAwait(false);
            }
            else
            {
                await _renewer.RenewAsync(census: null, knownEpoch: "", limit.Token).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // The grant ends by itself.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _journal.RenewalFailed(exception);
        }
    }

    /// <summary>Does something for half of the time to live at most.</summary>
    private async Task<T> LimitAsync<T>(Func<CancellationToken, Task<T>> act)
    {
        using var limit = new CancellationTokenSource(_options.TimeToLive / 2, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopped.Token);
        return await act(either.Token).ConfigureAwait(false);
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
