namespace Cenote.Providers;

/// <summary>The server's answer to what became of a transaction.</summary>
/// <param name="outcome">The outcome.</param>
/// <param name="explanation">The reason, as the end of a sentence, for exceptions and events. Contains no
/// secrets.</param>
public sealed class CommitReading(CommitOutcome outcome, string explanation)
{
    /// <summary>Gets the outcome.</summary>
    public CommitOutcome Outcome { get; } = outcome;

    /// <summary>Gets the reason, for exceptions and events.</summary>
    public string Explanation { get; } = explanation;
}
