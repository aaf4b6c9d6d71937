namespace Cenote.FaultTests.Scenarios;

/// <summary>One fault, from its beginning to its end.</summary>
/// <param name="Name">What happens to the database.</param>
/// <param name="BeginAsync">Makes it happen.</param>
/// <param name="EndAsync">Makes the database well again; complete when it answers.</param>
internal sealed record Scenario(string Name, Func<Incident, Task> BeginAsync, Func<Incident, Task> EndAsync)
{
    /// <summary>Whether callers must meet with errors: else the fault did not happen.</summary>
    internal bool MustFail { get; init; } = true;

    /// <summary>
    /// Whether nothing tells the pool of the fault: then the limits of an attempt bound its recovery, too.
    /// </summary>
    internal bool IsSilent { get; init; }

    /// <summary>
    /// What must have happened before the fault may end, on its own side: an attempt that was refused, an answer that
    /// was lost.
    /// </summary>
    internal Func<Incident, bool> IsFelt { get; init; } = static incident => incident.Refusals >= 6;

    /// <summary>How long the pool keeps from trying on purpose: it may take that much longer to be back.</summary>
    internal TimeSpan Hold { get; init; }

    /// <summary>Whether it rents from the pool itself: no other fault may come at the same time.</summary>
    internal bool NeedsPool { get; init; }

    /// <summary>Whether the clients stand still while the fault begins.</summary>
    internal bool BeginsAtRest { get; init; }

    public override string ToString() => Name;
}
