using Cenote.Connections;

namespace Cenote.AdoNet;

/// <summary>
/// The cancels sent by the owner of one statement, until the end of the statement and the duration of sending are
/// known.
/// </summary>
/// <remarks>
/// A cancel may end before the statement or after it. The later of the two reports both. The end of the statement shows
/// whether the cancel was consumed. The duration of sending shows whether a cancel without an answer can still be on
/// its way.
/// </remarks>
internal sealed class CancelRequests
{
    private readonly object _gate = new();
    private Exception? _outcome;
    private TimeSpan _longest;
    private int _sending;
    private int _sent;
    private bool _isEnded;

    /// <summary>Records that a cancel is about to be sent.</summary>
    internal void Begin()
    {
        lock (_gate)
        {
            _sending++;
        }
    }

    /// <summary>Records that a cancel was not sent, because the statement had ended.</summary>
    /// <returns>The report of other cancels, or <see langword="null"/> when none was sent, another is being sent, or
    /// the end is not known yet.</returns>
    internal SentCancel? Withdraw()
    {
        lock (_gate)
        {
            _sending--;
            if (_sending == 0 && _sent == 0)
            {
                // An end that waited for this cancel must not be taken for the end of the next execution.
                Clear();
            }

            return TakeIfKnown();
        }
    }

    /// <summary>Records that a cancel was sent.</summary>
    /// <returns>The report, or <see langword="null"/> while the statement runs or another cancel is being
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

    /// <summary>Records that an execution has ended.</summary>
    /// <param name="outcome">The outcome of the execution.</param>
    /// <param name="isLast">Whether no other execution of the statement is running.</param>
    /// <returns>The report, or <see langword="null"/> when no cancel was requested or one is still being
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
