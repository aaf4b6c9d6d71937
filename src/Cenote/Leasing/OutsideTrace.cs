using System.Diagnostics;

namespace Cenote.Leasing;

/// <summary>
/// A scope without a current activity, so that the driver's activities of the pool's own work are not part of the trace
/// of the caller that returns a connection.
/// </summary>
internal readonly ref struct OutsideTrace
{
    private readonly Activity? _activity;

    private OutsideTrace(Activity? activity) => _activity = activity;

    internal static OutsideTrace Enter()
    {
        // A stopped activity could not be made current again.
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
