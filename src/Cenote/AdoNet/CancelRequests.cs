using Cenote.Connections;

namespace Cenote.AdoNet;

/// <summary>The cancels that the owner of one statement has sent, until it is known how the statement ended and how long sending took.</summary>
/// <remarks>
/// A cancel may end before the statement or after it. The later of the two reports both, because how the statement ended says whether the
/// cancel was used up, and how long sending took says whether a cancel without an answer can still be on its way.
/// </remarks>
internal sealed class CancelRequests
{
    private readonly object _gate = new();
    private Exception? _outcome;
    private TimeSpan _longest;
    private int _sending;
    private bool _isRequested;
    private bool _isEnded;

    /// <summary>A cancel is about to be sent.</summary>
    internal void Begin()
    {
        lock (_gate)
        {
            _sending++;
            _isRequested = true;
        }
    }

    /// <summary>A cancel was not sent, because the statement had ended.</summary>
    internal void Withdraw()
    {
        lock (_gate)
        {
            _isRequested = --_sending > 0;
        }
    }

    /// <summary>A cancel was sent.</summary>
    /// <returns>What to report; <see langword="null"/> while the statement runs, or another cancel is being sent.</returns>
    internal SentCancel? NoteSent(TimeSpan sendingTime)
    {
        lock (_gate)
        {
            _longest = sendingTime > _longest ? sendingTime : _longest;
            _sending--;
            return _isEnded && _sending == 0 ? Take() : null;
        }
    }

    /// <summary>An execution has ended.</summary>
    /// <param name="outcome">Its failure.</param>
    /// <param name="isLast">Whether no other execution of the statement is running.</param>
    /// <returns>What to report; <see langword="null"/> when no cancel was requested, or one is still being sent.</returns>
    internal SentCancel? NoteEnd(Exception? outcome, bool isLast)
    {
        lock (_gate)
        {
            if (!_isRequested)
            {
                return null;
            }

            _outcome = outcome ?? _outcome;
            _isEnded |= isLast;
            return _isEnded && _sending == 0 ? Take() : null;
        }
    }

    private SentCancel Take()
    {
        var taken = new SentCancel(_outcome, _longest);
        _outcome = null;
        _longest = default;
        _isRequested = _isEnded = false;
        return taken;
    }
}
