using System.Diagnostics.Metrics;

namespace Cenote.Statistics;

/// <summary>Tells whoever listens of one pool's durations, in seconds. Costs one look when nobody does.</summary>
internal sealed class TimeExport(Histogram<double> instrument, PoolLabels labels)
{
    internal bool IsEnabled => instrument.Enabled;

    /// <summary>Never throws: a listener's mistake must not cost a caller its connection.</summary>
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
            // It is somebody else's code, which runs on the way of a lease; there is nobody here to tell.
        }
    }
}
