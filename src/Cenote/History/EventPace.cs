namespace Cenote.History;

/// <summary>Lets one event through a second, and counts the others: a pool in trouble has thousands alike, which would push out what came before.</summary>
internal sealed class EventPace
{
    private readonly object _gate = new();
    private long _next = long.MinValue;
    private int _heldBack;

    /// <param name="now">In milliseconds of the pool's clock.</param>
    /// <param name="heldBack">How many were held back since the last that was let through.</param>
    internal bool MayPass(long now, out int heldBack)
    {
        lock (_gate)
        {
            heldBack = _heldBack;
            if (now < _next)
            {
                _heldBack++;
                return false;
            }

            _next = now + 1000;
            _heldBack = 0;
            return true;
        }
    }
}
