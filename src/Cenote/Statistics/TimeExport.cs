using System.Diagnostics.Metrics;

namespace Cenote.Statistics;

/// <summary>
/// An export of a pool's durations, in seconds, to the listeners of an instrument. Costs one check without a listener.
/// </summary>
internal sealed class TimeExport(Histogram<double> instrument, PoolLabels labels)
{
    internal bool IsEnabled => instrument.Enabled;

    /// <summary>
    /// Records a duration. Never throws, because a listener's failure must not cost a caller its connection.
    /// </summary>
    internal void Record(TimeSpan duration)
    {
        if (!instrument.Enabled)
        {
            return;
        }

        try
        {
            instrument.Record(duration.TotalSeconds, labels.Tags);
        }
        catch (Exception)
        {
            // A listener is foreign code that runs during a rent, and no caller can handle its failure.
        }
    }
}
