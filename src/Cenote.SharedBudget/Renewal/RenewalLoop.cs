using Cenote.SharedBudget.Events;
using Cenote.SharedBudget.Grants;
using Cenote.SharedBudget.Stores;

namespace Cenote.SharedBudget.Renewal;

/// <summary>Keeps the grant of an instance: renews it, counts at the server, and ends it in time.</summary>
internal sealed class RenewalLoop : IAsyncDisposable
{
    /// <summary>The next renewal after one that lowered the grant, which gives back what is beyond.</summary>
    private static readonly TimeSpan SoonerInterval = TimeSpan.FromMilliseconds(50);

    private readonly SharedBudgetOptions _options;
    private readonly Renewer _renewer;
    private readonly Grant _grant;
    private readonly ConnectionBudget _budget;
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
    private long _renewals;
    private long _failures;
    private long _ended;
    private GrantAnswer _answer = GrantAnswer.None;

    internal RenewalLoop(
        SharedBudgetOptions options, Renewer renewer, Grant grant, ConnectionBudget budget, SessionCounter counter, ControlConnection connection, StateJournal journal)
    {
        (_options, _renewer, _grant, _budget, _counter, _connection, _journal) = (options, renewer, grant, budget, counter, connection, journal);
        _observer = new Observer(options.TimeProvider, options.TimeToLive);
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
        if (_hasAnswer && _budget.GetStatistics().Connections == 0)
        {
            await LeaveAsync().ConfigureAwait(false);
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
            _grant.RecordAwake();
            if (_hasAnswer)
            {
                End();
            }
            else if (_options.TimeProvider.GetElapsedTime(started) >= _options.TimeToLive)
            {
                _grant.BeginAlone();
                End();
            }

            if (_isChecked || _grant.Read() > 0)
            {
                _begun.TrySetResult();
            }

            await Task.Delay(next, _options.TimeProvider, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _begun.TrySetResult();
    }

    /// <summary>Renews once, and counts where the answer asks for it.</summary>
    /// <returns>The time until the next renewal.</returns>
    private async Task<TimeSpan> StepAsync()
    {
        try
        {
            var answer = await RenewAsync(census: null).ConfigureAwait(false);
            if (!_isChecked && answer.Permits > 0)
            {
                await LimitAsync(CheckAsync).ConfigureAwait(false);
            }

            if (answer.MustCount && await TryCountAsync(answer).ConfigureAwait(false) is { } census)
            {
                answer = await RenewAsync(census).ConfigureAwait(false);
            }

            return answer.Permits - 1 < _budget.GetStatistics().Connections || answer.IsShort ? Shorter(SoonerInterval, _options.RenewalInterval) : _options.RenewalInterval;
        }
#pragma warning disable CA1031 // A store may throw anything, and the instance goes on with what it is guaranteed.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (!_stopped.IsCancellationRequested)
            {
                Interlocked.Increment(ref _failures);
                _journal.RenewalFailed(exception);
            }

            return _options.RenewalInterval;
        }
    }

    private async Task<GrantAnswer> RenewAsync(GrantCensus? census)
    {
        var answer = await LimitAsync(limit => _renewer.RenewAsync(census, limit)).ConfigureAwait(false);
        _hasAnswer = true;
        _observer.Record(answer);
        Volatile.Write(ref _answer, answer);
        Interlocked.Increment(ref _renewals);
        _end.Change(_renewer.ValidFor > TimeSpan.Zero ? _renewer.ValidFor + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        _journal.Record(_grant.IsValid);
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

        return _isChecked = true;
    }

    /// <summary>
    /// Counts the sessions of all instances, and ends those of instances that hold more than they may.
    /// </summary>
    private async Task<GrantCensus?> TryCountAsync(GrantAnswer answer)
    {
        try
        {
            var expired = _observer.FindExpired(answer);
            if (answer.NeedsCensus ? !_observer.IsEpochKnown() : expired.Count == 0)
            {
                return null;
            }

            var sessions = await LimitAsync(limit => CountAsync(answer, expired, limit)).ConfigureAwait(false);
            return new GrantCensus { Epoch = answer.Epoch, Expired = expired, Sessions = sessions };
        }
#pragma warning disable CA1031 // A driver may throw anything. Without a count the shares stay taken.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (!_stopped.IsCancellationRequested)
            {
                _journal.CountFailed(exception);
            }

            return null;
        }
    }

    private async Task<Dictionary<string, int>> CountAsync(GrantAnswer answer, List<OtherGrant> expired, CancellationToken cancellationToken)
    {
        var sessions = await _counter.CountAsync(cancellationToken).ConfigureAwait(false);
        var hasEnded = _options.EndsExpiredSessions && answer.IsContended && await EndSessionsAsync(expired, sessions, cancellationToken).ConfigureAwait(false) > 0;
        return hasEnded ? await _counter.CountAsync(cancellationToken).ConfigureAwait(false) : sessions;
    }

    private async Task<int> EndSessionsAsync(List<OtherGrant> allExpired, Dictionary<string, int> sessions, CancellationToken cancellationToken)
    {
        var all = 0;
        foreach (var expired in allExpired)
        {
            if (sessions.GetValueOrDefault(expired.Id) - expired.Guaranteed is > 0 and var beyond)
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

    private async Task LeaveAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(_options.TimeToLive, _options.TimeProvider);
            await _renewer.LeaveAsync(limit.Token).ConfigureAwait(false);
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
