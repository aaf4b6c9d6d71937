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
    /// <summary>In the order of the last answer, which hardly changes: instances go, and come at the end.</summary>
    private readonly List<(string Id, long Sequence, long Since)> _seen = [];
    private string _epoch = "";
    private long _epochSince;
    private long _lastAt;

    /// <summary>Gets the life of the table if no grant of an earlier one can be valid; empty otherwise.</summary>
    internal string KnownEpoch => _epoch.Length > 0 && clock.GetElapsedTime(_epochSince) >= timeToLive ? _epoch : "";

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

        _lastAt = now;
        var others = CollectionsMarshal.AsSpan(answer.Others);
        var same = 0;
        foreach (ref var seen in CollectionsMarshal.AsSpan(_seen))
        {
            if (same == others.Length || seen.Id != others[same].Id)
            {
                break;
            }

            (seen.Since, seen.Sequence) = (seen.Sequence == others[same].Sequence ? seen.Since : now, others[same].Sequence);
            same++;
        }

        if (same < Math.Max(_seen.Count, others.Length))
        {
            Replace(same, others[same..], now);
        }
    }

    /// <summary>Takes over the others from one on that has come or gone.</summary>
    private void Replace(int first, ReadOnlySpan<OtherGrant> others, long now)
    {
        var before = new Dictionary<string, (string Id, long Sequence, long Since)>(StringComparer.Ordinal);
        foreach (var seen in _seen[first..])
        {
            before[seen.Id] = seen;
        }

        _seen.RemoveRange(first, _seen.Count - first);
        foreach (ref readonly var other in others)
        {
            var isSame = before.TryGetValue(other.Id, out var seen) && seen.Sequence == other.Sequence;
            _seen.Add((other.Id, other.Sequence, isSame ? seen.Since : now));
        }
    }

    /// <summary>
    /// Returns the grants of the last answer that are over on the clock of the store, and were not renewed for a time
    /// to live on this one.
    /// </summary>
    internal List<OtherGrant> FindExpired(GrantAnswer answer)
    {
        var (expired, now) = (new List<OtherGrant>(), clock.GetTimestamp());
        for (var i = 0; i < answer.Others.Count; i++)
        {
            var other = answer.Others[i];
            if (other.IsExpired && _seen[i].Id == other.Id && clock.GetElapsedTime(_seen[i].Since, now) >= timeToLive)
            {
                expired.Add(other);
            }
        }

        return expired;
    }
}
