namespace Cenote.Dashboard.Actions;

/// <summary>What was done.</summary>
/// <param name="Operation">For the records.</param>
/// <param name="Message">For whoever asked for it.</param>
internal sealed record ActionOutcome(string Operation, string Message);
