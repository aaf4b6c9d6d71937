namespace Cenote.SharedBudget.Renewal;

// How the start ends.
internal sealed partial class RenewalLoop
{
    /// <summary>Ends the start: with connections, without an answer, or because nothing is free.</summary>
    private void Begin(TimeSpan elapsed)
    {
        if (_isChecked && _grant.Read() > 0)
        {
            _begun.TrySetResult();
        }
        else if (_rejection is { } rejection)
        {
            if (rejection.IsFinal || elapsed >= _options.StartTimeout + _options.TimeToLive)
            {
                _begun.TrySetException(rejection);
            }
        }
        else if (!_isChecked && _hasAnswer && FindCountFailure() is { } failure && elapsed >= Shorter(_options.StartTimeout, LongestDatabaseSilence) + _options.TimeToLive)
        {
            _begun.TrySetException(new TimeoutException(
                $"The database of shared budget '{_options.Name}' does not answer this instance, though {(_options.Redis is null ? "it keeps the grants" : "Redis does")} ({failure}). Check its address and the rights of its user."));
        }
        else if (!_hasAnswer && elapsed >= _options.TimeToLive && elapsed >= LongestSilence)
        {
            _label.Fix();
            _begun.TrySetResult();
        }
        else if (_hasAnswer && elapsed >= _options.StartTimeout + (Answer.NeedsCensus ? LongestCensus : 1) * _options.TimeToLive)
        {
            var answer = Answer;
            _begun.TrySetException(new TimeoutException(answer.NeedsCensus
                ? $"Shared budget '{_options.Name}' has no connection for this instance, because the grants are new or were lost, and the sessions at the server could not be counted ({_journal.LastCountFailure ?? "an instance that knows a count is due did not answer"}). Check the database and the rights of its user."
                : string.Create(
                CultureInfo.InvariantCulture,
                $"Shared budget '{_options.Name}' has no connection for this instance: {answer.Places} of {_options.Instances} declared instances exist ({answer.Others.Count(static other => other.IsExpired)} of them without a valid grant), and nothing of {_options.MaxConnections} connections is free. Raise Instances, or end instances. An instance that was killed is forgotten after some {_options.ToSettings().PlaceHold / 1000} s.")));
        }
    }

    /// <summary>
    /// Returns the last failure of the database, unless it is old: an instance whose turn to count does not come again
    /// has not asked since.
    /// </summary>
    private string? FindCountFailure() =>
        _options.TimeProvider.GetElapsedTime(_countFailedAt) < 2 * _options.TimeToLive ? _journal.LastCountFailure : null;

    /// <summary>
    /// Gives the instance its guaranteed connections without the store, if the server shows no more instances than were
    /// declared, this one among them.
    /// </summary>
    private async Task TryBeginAloneAsync()
    {
        if (_options.Redis is null || _grant.HasPlace || _rejection is not null)
        {
            return;
        }

        try
        {
            _grant.HoldControl();
            var now = _grant.Now();
            if ((await LimitAsync(_counter.CountAsync).ConfigureAwait(false)).Count <= _options.Instances)
            {
                _isChecked = true;
                _journal.Counted();
                _label.Fix();
                _grant.BeginAlone(now);
                return;
            }

            await ReleaseAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A driver may throw anything. The instance has nothing yet, and tries again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await ReleaseAsync().ConfigureAwait(false);
            FailCount(exception);
        }
    }
}
