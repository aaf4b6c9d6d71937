using System.Runtime.InteropServices;
using Cenote.SharedBudget.Grants;

namespace Cenote.SharedBudget.Renewal;

/// <summary>
/// What an instance has seen of the others on its own clock. Not thread-safe.
/// </summary>
/// <param name="clock">The clock of the instance.</param>
/// <param name="timeToLive">How long a grant is valid.</param>
/// <param name="longestSilence">After a longer time without an answer, the others may not have been able to renew
/// either, so that their time begins again.</param>
internal sealed class Observer(TimeProvider clock, TimeSpan timeToLive, TimeSpan longestSilence)
{
    private readonly Dictionary<string, (long Sequence, long Since, int Round)> _seen = new(StringComparer.Ordinal);
    private string _epoch = "";
    private long _epochSince;
    private long _lastAt;
    private int _round;

    /// <summary>Gets the life of the table if no grant of an earlier one can be valid; empty otherwise.</summary>
    internal string KnownEpoch => _epoch.Length > 0 && IsPast(_epochSince) ? _epoch : "";

    /// <summary>Takes an answer into account.</summary>
    /// <param name="answer">The answer.</param>
    internal void Record(GrantAnswer answer)
    {
        // The time begins with the answer: what it says may have been true for a moment longer.
        var now = clock.GetTimestamp();
        if (_epoch != answer.Epoch)
        {
            (_epoch, _epochSince) = (answer.Epoch, now);
            _seen.Clear();
        }

        if (clock.GetElapsedTime(_lastAt, now) > longestSilence)
        {
            _seen.Clear();
        }

        (_lastAt, _round) = (now, _round + 1);
        foreach (var other in answer.Others)
        {
            ref var seen = ref CollectionsMarshal.GetValueRefOrAddDefault(_seen, other.Id, out var isKnown);
            seen = (other.Sequence, isKnown && seen.Sequence == other.Sequence ? seen.Since : now, _round);
        }

        if (_seen.Count > answer.Others.Count)
        {
            foreach (var id in _seen.Where(seen => seen.Value.Round != _round).Select(static seen => seen.Key).ToList())
            {
                _seen.Remove(id);
            }
        }
    }

    /// <summary>
    /// Returns the grants that are over on the clock of the store, and were not renewed for a time to live on this one.
    /// </summary>
    internal List<OtherGrant> FindExpired(GrantAnswer answer)
    {
        var expired = new List<OtherGrant>();
        foreach (var other in answer.Others)
        {
            if (other.IsExpired && IsPast(_seen[other.Id].Since))
            {
                expired.Add(other);
            }
        }

        return expired;
    }

    // A clock that is slower than the others'.
    private bool IsPast(long since) => clock.GetElapsedTime(since) >= timeToLive;
}
