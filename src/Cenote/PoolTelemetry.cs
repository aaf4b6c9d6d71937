namespace Cenote;

/// <summary>
/// The names of the meter and the activity source, for OpenTelemetry and other listeners. They do not change.
/// </summary>
public static class PoolTelemetry
{
    /// <summary>The <see cref="System.Diagnostics.Metrics.Meter"/> of every pool and every replica set.</summary>
    public const string MeterName = "Cenote";

    /// <summary>The <see cref="System.Diagnostics.ActivitySource"/> of every pool.</summary>
    public const string ActivitySourceName = "Cenote";
}
