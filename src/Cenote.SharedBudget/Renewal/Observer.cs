using Cenote.SharedBudget.Grants;

namespace Cenote.SharedBudget.Renewal;

/// <summary>
/// What an instance has seen of the others on its own clock. Not thread-safe.
/// </summary>
internal sealed class Observer(TimeProvider clock, TimeSpan timeToLive)
{
    private readonly Dictionary<string, (long Sequence, long Since)> _seen = new(StringComparer.Ordinal);
    private string _epoch = "";
    private long _epochSince;

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

        foreach (var other in answer.Others)
        {
            if (!_seen.TryGetValue(other.Id, out var seen) || seen.Sequence != other.Sequence)
            {
                _seen[other.Id] = (other.Sequence, now);
            }
        }

        foreach (var id in _seen.Keys.Where(id => answer.Others.All(other => other.Id != id)).ToList())
        {
            _seen.Remove(id);
        }
    }

    /// <summary>
    /// Returns the grants that are over on the clock of the store, and were not renewed for a time to live on this one.
    /// </summary>
    internal List<OtherGrant> FindExpired(GrantAnswer answer) => [.. answer.Others.Where(other => other.IsExpired && IsPast(_seen[other.Id].Since))];

    /// <summary>
    /// Returns whether no grant of an earlier life of the store can be valid.
    /// </summary>
    internal bool IsEpochKnown() => IsPast(_epochSince);

    // A clock that is slower than the others'.
    private bool IsPast(long since) => clock.GetElapsedTime(since) >= timeToLive;
}
