using Cenote.Dashboard.Json;

namespace Cenote.Cli.Watching;

/// <summary>What is known of the pools of an application.</summary>
/// <param name="State">How it came here.</param>
/// <param name="Overview">Every pool and set.</param>
/// <param name="Pool">The pool that was asked for; <see langword="null"/> when none was, or when it is gone.</param>
/// <param name="Received">When, by the clock's timestamp.</param>
/// <param name="Problem">Why there is nothing newer; <see langword="null"/> when there is no trouble.</param>
internal sealed record Sight(SightState State, OverviewJson Overview, PoolJson? Pool, long Received, string? Problem = null);
