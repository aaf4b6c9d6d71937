using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cenote.ClusterLab.Clients;

/// <summary>Where clients get connections for writing and for reading.</summary>
/// <param name="Name">Whose they are.</param>
/// <param name="Writes">Opens at the server that takes writes.</param>
/// <param name="Reads">Opens wherever reads go.</param>
/// <param name="CloseAsync">Closes both.</param>
internal sealed record Sources(string Name, DbDataSource Writes, DbDataSource Reads, Func<ValueTask> CloseAsync)
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly ConcurrentQueue<string> _story = [];

    /// <summary>What was done to the cluster and what was noticed of it.</summary>
    internal IReadOnlyList<string> Story => [.. _story];

    internal void Note(string what) => _story.Enqueue(FormattableString.Invariant($"{Stopwatch.GetElapsedTime(_started).TotalSeconds:F1} s: {what}"));
}
