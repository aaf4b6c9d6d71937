using System.Diagnostics;

namespace Cenote.Leasing;

/// <summary>
/// While it lasts, no activity is the current one: what a driver tells of the pool's own work is then no part of the
/// trace of whoever returns a connection.
/// </summary>
internal readonly ref struct OutsideTrace
{
    private readonly Activity? _activity;

    private OutsideTrace(Activity? activity) => _activity = activity;

    internal static OutsideTrace Enter()
    {
        // One that has stopped could not be made the current one again.
        if (Activity.Current is not { IsStopped: false } activity)
        {
            return default;
        }

        Activity.Current = null;
        return new OutsideTrace(activity);
    }

    public void Dispose()
    {
        if (_activity is not null)
        {
            Activity.Current = _activity;
        }
    }
}
