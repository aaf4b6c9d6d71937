namespace Cenote.Events;

/// <summary>The parts of an event that few events have.</summary>
internal sealed record PoolEventDetails
{
    internal TimeSpan? Duration { get; init; }

    internal CallSite? CallSite { get; init; }

    internal string? Actor { get; init; }
}
