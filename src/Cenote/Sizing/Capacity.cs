using Cenote.Providers;

namespace Cenote.Sizing;

/// <summary>How many connections there are, may be and should be. Guarded by the lock of the lease desk.</summary>
internal sealed class Capacity(int minSize, int maxSize, int limit, int maxConcurrentOpens, TimeSpan holdAfterFailure)
{
    private bool _hasFreshDemand;
    private long _holdUntil;

    internal int MinSize { get; private set; } = minSize;

    internal int MaxSize { get; private set; } = maxSize;

    /// <summary>The size in force: no more connections than this are opened.</summary>
    internal int Limit { get; private set; } = limit;

    /// <summary>Slots that are not empty: connections, those being opened and those being closed.</summary>
    internal int Total { get; private set; }

    internal int Opening { get; private set; }

    /// <summary>Connections wanted for a warm-up, until it is reached.</summary>
    internal int WarmUpTarget { get; private set; }

    /// <summary>Connections wanted to take the place of old ones.</summary>
    internal int Replacements { get; set; }

    /// <summary>A caller has come who found nothing: that justifies a try even shortly after a failure.</summary>
    internal void NoteDemand() => _hasFreshDemand = true;

    /// <summary>Whether one more open should start.</summary>
    internal bool WantsOpening(int waiting, long now)
    {
        if (Total >= Limit || Opening >= maxConcurrentOpens)
        {
            return false;
        }

        var mayTry = now >= _holdUntil;
        return (waiting > Opening && (mayTry || _hasFreshDemand))
            || (mayTry && (Total < Math.Max(MinSize, WarmUpTarget) || Opening < Replacements));
    }

    /// <summary>The same question for an open that is under way, and counted.</summary>
    internal bool StillWantsOpening(int waiting) =>
        Total <= Limit && (waiting >= Opening || Total <= Math.Max(MinSize, WarmUpTarget) || Opening <= Replacements);

    internal void BeginOpening()
    {
        _hasFreshDemand = false;
        Total++;
        Opening++;
    }

    /// <param name="hasOpened">Whether there is a connection more.</param>
    internal void EndOpening(bool hasOpened)
    {
        Opening--;
        if (hasOpened && Replacements > 0)
        {
            // This one may serve as one of them; upkeep counts anew at its next tick.
            Replacements--;
        }

        WarmUpTo(0);
    }

    /// <summary>Asks for a warm-up beside those under way. A target that is reached is forgotten: it must not refill what retires later.</summary>
    internal void WarmUpTo(int target)
    {
        WarmUpTarget = Math.Max(WarmUpTarget, target);
        if (Total - Opening >= WarmUpTarget)
        {
            WarmUpTarget = 0;
        }
    }

    /// <summary>A slot became empty.</summary>
    internal void Release() => Total--;

    /// <summary>After a failed open nobody but a new caller makes the pool try again at once, so that it never spins on a dead server.</summary>
    internal void HoldOpensUntil(long now, FailureKind kind)
    {
        var hold = kind == FailureKind.BadCredentials ? holdAfterFailure * 5 : holdAfterFailure;
        _holdUntil = now + (long)hold.TotalMilliseconds;
        WarmUpTarget = 0;
    }

    internal void Resize(int minSize, int maxSize, int limit) => (MinSize, MaxSize, Limit) = (minSize, maxSize, limit);

    internal CapacityView View() => new(MinSize, MaxSize, Limit, Total, Opening);
}
