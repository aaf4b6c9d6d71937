using Cenote.Dashboard.Json;

namespace Cenote.Cli.Watching;

/// <summary>The last received data of an application.</summary>
/// <param name="State">How the data was received.</param>
/// <param name="Overview">Every pool and set.</param>
/// <param name="Pool">The requested pool; <see langword="null"/> without one, or when it is gone.</param>
/// <param name="Received">The timestamp of the clock.</param>
/// <param name="Problem">Why newer data is missing; <see langword="null"/> without a problem.</param>
internal sealed record Sight(SightState State, OverviewJson Overview, PoolJson? Pool, long Received, string? Problem = null);
