namespace Cenote.SharedBudgetTests;

/// <summary>
/// Tests that take every processor, or start many processes. The others keep grants in real time, and one ends where
/// its process gets no processor for a second.
/// </summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;
