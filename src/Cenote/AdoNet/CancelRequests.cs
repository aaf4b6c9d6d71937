using Cenote.Connections;

namespace Cenote.AdoNet;

/// <summary>
/// The cancels that the owner of one statement has sent, until it is known how the statement ended and how long sending
/// took.
/// </summary>
/// <remarks>
/// A cancel may end before the statement or after it. The later of the two reports both, because how the statement
/// ended says whether the cancel was used up, and how long sending took says whether a cancel without an answer can
/// still be on its way.
/// </remarks>
internal sealed class CancelRequests
{
    private readonly object _gate = new();
    private Exception? _outcome;
    private TimeSpan _longest;
    private int _sending;
    private int _sent;
    private bool _isEnded;

    /// <summary>A cancel is about to be sent.</summary>
    internal void Begin()
    {
        lock (_gate)
        {
            _sending++;
        }
    }

    /// <summary>A cancel was not sent, because the statement had ended.</summary>
    /// <returns>What to report of others; <see langword="null"/> when none was sent, another is being sent, or the end
    /// is not known yet.</returns>
    internal SentCancel? Withdraw()
    {
        lock (_gate)
        {
            _sending--;
            if (_sending == 0 && _sent == 0)
            {
                // An end that waited for this one must not be taken for that of the next execution.
                Clear();
            }

            return TakeIfKnown();
        }
    }

    /// <summary>A cancel was sent.</summary>
    /// <returns>What to report; <see langword="null"/> while the statement runs, or another cancel is being
    /// sent.</returns>
    internal SentCancel? RecordSent(TimeSpan sendingTime)
    {
        lock (_gate)
        {
            _longest = sendingTime > _longest ? sendingTime : _longest;
            _sending--;
            _sent++;
            return TakeIfKnown();
        }
    }

    /// <summary>An execution has ended.</summary>
    /// <param name="outcome">Its failure.</param>
    /// <param name="isLast">Whether no other execution of the statement is running.</param>
    /// <returns>What to report; <see langword="null"/> when no cancel was requested, or one is still being
    /// sent.</returns>
    internal SentCancel? RecordEnd(Exception? outcome, bool isLast)
    {
        lock (_gate)
        {
            if (_sending + _sent == 0)
            {
                return null;
            }

            _outcome = outcome ?? _outcome;
            _isEnded |= isLast;
            return TakeIfKnown();
        }
    }

    private SentCancel? TakeIfKnown()
    {
        if (!_isEnded || _sending > 0)
        {
            return null;
        }

        var taken = new SentCancel(_outcome, _longest);
        Clear();
        return taken;
    }

    private void Clear()
    {
        _outcome = null;
        _longest = default;
        _sent = 0;
        _isEnded = false;
    }
}
